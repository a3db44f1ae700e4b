FROM python:3.12-slim
RUN useradd --create-home dbtransfer
WORKDIR /home/dbtransfer
COPY setup.cfg pyproject.toml README.md /source/
COPY transfer /source/transfer
COPY dialects /source/dialects
COPY mappings /source/mappings
RUN pip install --no-cache-dir --root-user-action=ignore '/source[all]' && rm -rf /source
USER dbtransfer
ENTRYPOINT ["dbtransfer"]
