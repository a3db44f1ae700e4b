SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;
SET NUMERIC_ROUNDABORT OFF;
SET DATEFORMAT ymd;
CREATE TABLE [dbo].[Artist] (
  [ArtistId] bigint IDENTITY(1,1) NOT NULL,
  [Name] nvarchar(120) COLLATE Latin1_General_100_BIN2 NULL,
  CONSTRAINT [PK_Artist] PRIMARY KEY CLUSTERED ([ArtistId])
);
CREATE TABLE [dbo].[Employee] (
  [EmployeeId] bigint IDENTITY(1,1) NOT NULL,
  [LastName] nvarchar(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
  [FirstName] nvarchar(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
  [Title] nvarchar(30) COLLATE Latin1_General_100_BIN2 NULL,
  [ReportsTo] bigint NULL,
  [BirthDate] datetime2(6) NULL,
  [HireDate] datetime2(6) NULL,
  [Address] nvarchar(70) COLLATE Latin1_General_100_BIN2 NULL,
  [City] nvarchar(40) COLLATE Latin1_General_100_BIN2 NULL,
  [State] nvarchar(40) COLLATE Latin1_General_100_BIN2 NULL,
  [Country] nvarchar(40) COLLATE Latin1_General_100_BIN2 NULL,
  [PostalCode] nvarchar(10) COLLATE Latin1_General_100_BIN2 NULL,
  [Phone] nvarchar(24) COLLATE Latin1_General_100_BIN2 NULL,
  [Fax] nvarchar(24) COLLATE Latin1_General_100_BIN2 NULL,
  [Email] nvarchar(60) COLLATE Latin1_General_100_BIN2 NULL,
  CONSTRAINT [PK_Employee] PRIMARY KEY CLUSTERED ([EmployeeId])
);
CREATE TABLE [dbo].[Genre] (
  [GenreId] bigint IDENTITY(1,1) NOT NULL,
  [Name] nvarchar(120) COLLATE Latin1_General_100_BIN2 NULL,
  CONSTRAINT [PK_Genre] PRIMARY KEY CLUSTERED ([GenreId])
);
CREATE TABLE [dbo].[MediaType] (
  [MediaTypeId] bigint IDENTITY(1,1) NOT NULL,
  [Name] nvarchar(120) COLLATE Latin1_General_100_BIN2 NULL,
  CONSTRAINT [PK_MediaType] PRIMARY KEY CLUSTERED ([MediaTypeId])
);
CREATE TABLE [dbo].[Playlist] (
  [PlaylistId] bigint IDENTITY(1,1) NOT NULL,
  [Name] nvarchar(120) COLLATE Latin1_General_100_BIN2 NULL,
  CONSTRAINT [PK_Playlist] PRIMARY KEY CLUSTERED ([PlaylistId])
);
CREATE TABLE [dbo].[Album] (
  [AlbumId] bigint IDENTITY(1,1) NOT NULL,
  [Title] nvarchar(160) COLLATE Latin1_General_100_BIN2 NOT NULL,
  [ArtistId] bigint NOT NULL,
  CONSTRAINT [PK_Album] PRIMARY KEY CLUSTERED ([AlbumId])
);
CREATE TABLE [dbo].[Customer] (
  [CustomerId] bigint IDENTITY(1,1) NOT NULL,
  [FirstName] nvarchar(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
  [LastName] nvarchar(20) COLLATE Latin1_General_100_BIN2 NOT NULL,
  [Company] nvarchar(80) COLLATE Latin1_General_100_BIN2 NULL,
  [Address] nvarchar(70) COLLATE Latin1_General_100_BIN2 NULL,
  [City] nvarchar(40) COLLATE Latin1_General_100_BIN2 NULL,
  [State] nvarchar(40) COLLATE Latin1_General_100_BIN2 NULL,
  [Country] nvarchar(40) COLLATE Latin1_General_100_BIN2 NULL,
  [PostalCode] nvarchar(10) COLLATE Latin1_General_100_BIN2 NULL,
  [Phone] nvarchar(24) COLLATE Latin1_General_100_BIN2 NULL,
  [Fax] nvarchar(24) COLLATE Latin1_General_100_BIN2 NULL,
  [Email] nvarchar(60) COLLATE Latin1_General_100_BIN2 NOT NULL,
  [SupportRepId] bigint NULL,
  CONSTRAINT [PK_Customer] PRIMARY KEY CLUSTERED ([CustomerId])
);
CREATE TABLE [dbo].[Invoice] (
  [InvoiceId] bigint IDENTITY(1,1) NOT NULL,
  [CustomerId] bigint NOT NULL,
  [InvoiceDate] datetime2(6) NOT NULL,
  [BillingAddress] nvarchar(70) COLLATE Latin1_General_100_BIN2 NULL,
  [BillingCity] nvarchar(40) COLLATE Latin1_General_100_BIN2 NULL,
  [BillingState] nvarchar(40) COLLATE Latin1_General_100_BIN2 NULL,
  [BillingCountry] nvarchar(40) COLLATE Latin1_General_100_BIN2 NULL,
  [BillingPostalCode] nvarchar(10) COLLATE Latin1_General_100_BIN2 NULL,
  [Total] decimal(10,2) NOT NULL,
  CONSTRAINT [PK_Invoice] PRIMARY KEY CLUSTERED ([InvoiceId])
);
CREATE TABLE [dbo].[Track] (
  [TrackId] bigint IDENTITY(1,1) NOT NULL,
  [Name] nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
  [AlbumId] bigint NULL,
  [MediaTypeId] bigint NOT NULL,
  [GenreId] bigint NULL,
  [Composer] nvarchar(220) COLLATE Latin1_General_100_BIN2 NULL,
  [Milliseconds] bigint NOT NULL,
  [Bytes] bigint NULL,
  [UnitPrice] decimal(10,2) NOT NULL,
  CONSTRAINT [PK_Track] PRIMARY KEY CLUSTERED ([TrackId])
);
CREATE TABLE [dbo].[InvoiceLine] (
  [InvoiceLineId] bigint IDENTITY(1,1) NOT NULL,
  [InvoiceId] bigint NOT NULL,
  [TrackId] bigint NOT NULL,
  [UnitPrice] decimal(10,2) NOT NULL,
  [Quantity] bigint NOT NULL,
  CONSTRAINT [PK_InvoiceLine] PRIMARY KEY CLUSTERED ([InvoiceLineId])
);
CREATE TABLE [dbo].[PlaylistTrack] (
  [PlaylistId] bigint NOT NULL,
  [TrackId] bigint NOT NULL,
  CONSTRAINT [PK_PlaylistTrack] PRIMARY KEY CLUSTERED ([PlaylistId], [TrackId])
);
CREATE NONCLUSTERED INDEX [IFK_EmployeeReportsTo] ON [dbo].[Employee] ([ReportsTo]);
CREATE NONCLUSTERED INDEX [IFK_AlbumArtistId] ON [dbo].[Album] ([ArtistId]);
CREATE NONCLUSTERED INDEX [IFK_CustomerSupportRepId] ON [dbo].[Customer] ([SupportRepId]);
CREATE NONCLUSTERED INDEX [IFK_InvoiceCustomerId] ON [dbo].[Invoice] ([CustomerId]);
CREATE NONCLUSTERED INDEX [IFK_TrackAlbumId] ON [dbo].[Track] ([AlbumId]);
CREATE NONCLUSTERED INDEX [IFK_TrackGenreId] ON [dbo].[Track] ([GenreId]);
CREATE NONCLUSTERED INDEX [IFK_TrackMediaTypeId] ON [dbo].[Track] ([MediaTypeId]);
CREATE NONCLUSTERED INDEX [IFK_InvoiceLineInvoiceId] ON [dbo].[InvoiceLine] ([InvoiceId]);
CREATE NONCLUSTERED INDEX [IFK_InvoiceLineTrackId] ON [dbo].[InvoiceLine] ([TrackId]);
CREATE NONCLUSTERED INDEX [IFK_PlaylistTrackPlaylistId] ON [dbo].[PlaylistTrack] ([PlaylistId]);
CREATE NONCLUSTERED INDEX [IFK_PlaylistTrackTrackId] ON [dbo].[PlaylistTrack] ([TrackId]);
ALTER TABLE [dbo].[Employee] WITH CHECK ADD CONSTRAINT [Employee_ReportsTo_fkey] FOREIGN KEY ([ReportsTo]) REFERENCES [dbo].[Employee] ([EmployeeId]);
ALTER TABLE [dbo].[Album] WITH CHECK ADD CONSTRAINT [Album_ArtistId_fkey] FOREIGN KEY ([ArtistId]) REFERENCES [dbo].[Artist] ([ArtistId]);
ALTER TABLE [dbo].[Customer] WITH CHECK ADD CONSTRAINT [Customer_SupportRepId_fkey] FOREIGN KEY ([SupportRepId]) REFERENCES [dbo].[Employee] ([EmployeeId]);
ALTER TABLE [dbo].[Invoice] WITH CHECK ADD CONSTRAINT [Invoice_CustomerId_fkey] FOREIGN KEY ([CustomerId]) REFERENCES [dbo].[Customer] ([CustomerId]);
ALTER TABLE [dbo].[Track] WITH CHECK ADD CONSTRAINT [Track_AlbumId_fkey] FOREIGN KEY ([AlbumId]) REFERENCES [dbo].[Album] ([AlbumId]);
ALTER TABLE [dbo].[Track] WITH CHECK ADD CONSTRAINT [Track_GenreId_fkey] FOREIGN KEY ([GenreId]) REFERENCES [dbo].[Genre] ([GenreId]);
ALTER TABLE [dbo].[Track] WITH CHECK ADD CONSTRAINT [Track_MediaTypeId_fkey] FOREIGN KEY ([MediaTypeId]) REFERENCES [dbo].[MediaType] ([MediaTypeId]);
ALTER TABLE [dbo].[InvoiceLine] WITH CHECK ADD CONSTRAINT [InvoiceLine_InvoiceId_fkey] FOREIGN KEY ([InvoiceId]) REFERENCES [dbo].[Invoice] ([InvoiceId]);
ALTER TABLE [dbo].[InvoiceLine] WITH CHECK ADD CONSTRAINT [InvoiceLine_TrackId_fkey] FOREIGN KEY ([TrackId]) REFERENCES [dbo].[Track] ([TrackId]);
ALTER TABLE [dbo].[PlaylistTrack] WITH CHECK ADD CONSTRAINT [PlaylistTrack_PlaylistId_fkey] FOREIGN KEY ([PlaylistId]) REFERENCES [dbo].[Playlist] ([PlaylistId]);
ALTER TABLE [dbo].[PlaylistTrack] WITH CHECK ADD CONSTRAINT [PlaylistTrack_TrackId_fkey] FOREIGN KEY ([TrackId]) REFERENCES [dbo].[Track] ([TrackId]);
EXEC(N'DECLARE @next decimal(38,0) = (
  SELECT CASE WHEN MAX([ArtistId]) >= 276 THEN CAST(MAX([ArtistId]) AS decimal(38,0)) + (1)
    ELSE 276 END FROM [dbo].[Artist]);
IF EXISTS (SELECT 1 FROM [dbo].[Artist]) SET @next = @next - (1);
DBCC CHECKIDENT (N''[dbo].[Artist]'', RESEED, @next) WITH NO_INFOMSGS');
EXEC(N'DECLARE @next decimal(38,0) = (
  SELECT CASE WHEN MAX([EmployeeId]) >= 9 THEN CAST(MAX([EmployeeId]) AS decimal(38,0)) + (1)
    ELSE 9 END FROM [dbo].[Employee]);
IF EXISTS (SELECT 1 FROM [dbo].[Employee]) SET @next = @next - (1);
DBCC CHECKIDENT (N''[dbo].[Employee]'', RESEED, @next) WITH NO_INFOMSGS');
EXEC(N'DECLARE @next decimal(38,0) = (
  SELECT CASE WHEN MAX([GenreId]) >= 26 THEN CAST(MAX([GenreId]) AS decimal(38,0)) + (1)
    ELSE 26 END FROM [dbo].[Genre]);
IF EXISTS (SELECT 1 FROM [dbo].[Genre]) SET @next = @next - (1);
DBCC CHECKIDENT (N''[dbo].[Genre]'', RESEED, @next) WITH NO_INFOMSGS');
EXEC(N'DECLARE @next decimal(38,0) = (
  SELECT CASE WHEN MAX([MediaTypeId]) >= 6 THEN CAST(MAX([MediaTypeId]) AS decimal(38,0)) + (1)
    ELSE 6 END FROM [dbo].[MediaType]);
IF EXISTS (SELECT 1 FROM [dbo].[MediaType]) SET @next = @next - (1);
DBCC CHECKIDENT (N''[dbo].[MediaType]'', RESEED, @next) WITH NO_INFOMSGS');
EXEC(N'DECLARE @next decimal(38,0) = (
  SELECT CASE WHEN MAX([PlaylistId]) >= 19 THEN CAST(MAX([PlaylistId]) AS decimal(38,0)) + (1)
    ELSE 19 END FROM [dbo].[Playlist]);
IF EXISTS (SELECT 1 FROM [dbo].[Playlist]) SET @next = @next - (1);
DBCC CHECKIDENT (N''[dbo].[Playlist]'', RESEED, @next) WITH NO_INFOMSGS');
EXEC(N'DECLARE @next decimal(38,0) = (
  SELECT CASE WHEN MAX([AlbumId]) >= 348 THEN CAST(MAX([AlbumId]) AS decimal(38,0)) + (1)
    ELSE 348 END FROM [dbo].[Album]);
IF EXISTS (SELECT 1 FROM [dbo].[Album]) SET @next = @next - (1);
DBCC CHECKIDENT (N''[dbo].[Album]'', RESEED, @next) WITH NO_INFOMSGS');
EXEC(N'DECLARE @next decimal(38,0) = (
  SELECT CASE WHEN MAX([CustomerId]) >= 60 THEN CAST(MAX([CustomerId]) AS decimal(38,0)) + (1)
    ELSE 60 END FROM [dbo].[Customer]);
IF EXISTS (SELECT 1 FROM [dbo].[Customer]) SET @next = @next - (1);
DBCC CHECKIDENT (N''[dbo].[Customer]'', RESEED, @next) WITH NO_INFOMSGS');
EXEC(N'DECLARE @next decimal(38,0) = (
  SELECT CASE WHEN MAX([InvoiceId]) >= 413 THEN CAST(MAX([InvoiceId]) AS decimal(38,0)) + (1)
    ELSE 413 END FROM [dbo].[Invoice]);
IF EXISTS (SELECT 1 FROM [dbo].[Invoice]) SET @next = @next - (1);
DBCC CHECKIDENT (N''[dbo].[Invoice]'', RESEED, @next) WITH NO_INFOMSGS');
EXEC(N'DECLARE @next decimal(38,0) = (
  SELECT CASE WHEN MAX([TrackId]) >= 3504 THEN CAST(MAX([TrackId]) AS decimal(38,0)) + (1)
    ELSE 3504 END FROM [dbo].[Track]);
IF EXISTS (SELECT 1 FROM [dbo].[Track]) SET @next = @next - (1);
DBCC CHECKIDENT (N''[dbo].[Track]'', RESEED, @next) WITH NO_INFOMSGS');
EXEC(N'DECLARE @next decimal(38,0) = (
  SELECT CASE WHEN MAX([InvoiceLineId]) >= 2241 THEN CAST(MAX([InvoiceLineId]) AS decimal(38,0)) + (1)
    ELSE 2241 END FROM [dbo].[InvoiceLine]);
IF EXISTS (SELECT 1 FROM [dbo].[InvoiceLine]) SET @next = @next - (1);
DBCC CHECKIDENT (N''[dbo].[InvoiceLine]'', RESEED, @next) WITH NO_INFOMSGS');
