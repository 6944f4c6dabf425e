#pragma once

#include <cstdint>

namespace keyway::authority {

/// The version of the tables below. A change to them is a new version, and a step that brings an old register there.
inline constexpr std::int64_t schema_version = 1;

/// Times are seconds since 1970 in UTC; serials are big-endian without leading zeros.
inline constexpr auto schema = R"sql(
CREATE TABLE IF NOT EXISTS schema_version (
  version INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS settings (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS owners (
  id         INTEGER PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS issuers (
  id             INTEGER PRIMARY KEY,
  role           TEXT NOT NULL CHECK (role IN ('root', 'intermediate')),
  parent_id      INTEGER REFERENCES issuers (id),
  key_file       TEXT NOT NULL,
  key_identifier BLOB NOT NULL UNIQUE,
  not_before     INTEGER NOT NULL,
  not_after      INTEGER NOT NULL,
  der            BLOB NOT NULL,
  CHECK ((role = 'root') = (parent_id IS NULL))
) STRICT;

CREATE TABLE IF NOT EXISTS certificates (
  id         INTEGER PRIMARY KEY,
  issuer_id  INTEGER NOT NULL REFERENCES issuers (id),
  owner_id   INTEGER NOT NULL REFERENCES owners (id),
  serial     BLOB NOT NULL,
  subject    TEXT NOT NULL,
  key_kind   TEXT NOT NULL,
  issued_at  INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  not_after  INTEGER NOT NULL,
  status     TEXT NOT NULL DEFAULT 'valid' CHECK (status IN ('valid', 'revoked')),
  revoked_at INTEGER,
  reason     INTEGER,
  der        BLOB NOT NULL,
  UNIQUE (issuer_id, serial),
  CHECK ((status = 'revoked') = (revoked_at IS NOT NULL)),
  CHECK ((status = 'revoked') = (reason IS NOT NULL))
) STRICT;
CREATE INDEX IF NOT EXISTS certificates_revoked ON certificates (issuer_id, revoked_at) WHERE status = 'revoked';
CREATE INDEX IF NOT EXISTS certificates_ending ON certificates (not_after);

CREATE TABLE IF NOT EXISTS certificate_names (
  certificate_id INTEGER NOT NULL REFERENCES certificates (id),
  position       INTEGER NOT NULL,
  name           TEXT NOT NULL,
  PRIMARY KEY (certificate_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS certificate_names_by_name ON certificate_names (name);

CREATE TABLE IF NOT EXISTS crls (
  issuer_id   INTEGER NOT NULL REFERENCES issuers (id),
  number      INTEGER NOT NULL,
  this_update INTEGER NOT NULL,
  next_update INTEGER NOT NULL,
  entries     INTEGER NOT NULL,
  der         BLOB NOT NULL,
  PRIMARY KEY (issuer_id, number)
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace keyway::authority
