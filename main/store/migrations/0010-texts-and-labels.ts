/** Texts with where they came from, the task in its versions, labels and the journal behind them. */
export default `
CREATE TABLE project (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  name TEXT NOT NULL CHECK (name <> ''),
  seed INTEGER NOT NULL CHECK (seed >= 0),
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE import (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  plan TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'done', 'stopped')),
  added INTEGER NOT NULL DEFAULT 0,
  repeated INTEGER NOT NULL DEFAULT 0,
  rejected INTEGER NOT NULL DEFAULT 0,
  started_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;

CREATE TABLE import_column (
  import_id INTEGER NOT NULL REFERENCES import (id),
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (import_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE rejected_row (
  id INTEGER PRIMARY KEY,
  import_id INTEGER NOT NULL REFERENCES import (id),
  line INTEGER NOT NULL,
  code TEXT NOT NULL,
  details TEXT NOT NULL,
  raw TEXT NOT NULL
) STRICT;
CREATE INDEX rejected_row_by_import ON rejected_row (import_id, line);

-- columns: the row's original values as a JSON array, by the positions of import_column; null where
-- the row has no such column.
-- fingerprint: 16 bytes of the folded content, equal for exact duplicates.
-- row_print: 16 bytes of content and columns, equal for rows that are the same in every column.
CREATE TABLE text (
  id INTEGER PRIMARY KEY,
  import_id INTEGER NOT NULL REFERENCES import (id),
  line INTEGER NOT NULL,
  original_id TEXT,
  a TEXT NOT NULL,
  b TEXT,
  columns TEXT NOT NULL,
  fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 16),
  row_print BLOB NOT NULL CHECK (length(row_print) = 16)
) STRICT;
CREATE INDEX text_by_fingerprint ON text (fingerprint);
CREATE INDEX text_by_row_print ON text (row_print, import_id);
CREATE INDEX text_by_original_id ON text (original_id) WHERE original_id IS NOT NULL;

CREATE VIRTUAL TABLE text_search USING fts5 (
  content, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2'
);

-- A class is never deleted, so that the journal stays readable; the task's version says which exist.
CREATE TABLE class (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE task_version (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('single', 'pair')),
  guideline TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE task_class (
  version INTEGER NOT NULL REFERENCES task_version (id),
  position INTEGER NOT NULL,
  class_id TEXT NOT NULL REFERENCES class (id),
  name TEXT NOT NULL,
  PRIMARY KEY (version, position),
  UNIQUE (version, class_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE task_pattern (
  version INTEGER NOT NULL REFERENCES task_version (id),
  position INTEGER NOT NULL,
  pattern TEXT NOT NULL,
  PRIMARY KEY (version, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE task_group (
  version INTEGER NOT NULL REFERENCES task_version (id),
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (version, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE task_word (
  version INTEGER NOT NULL,
  position INTEGER NOT NULL,
  class_id TEXT NOT NULL REFERENCES class (id),
  word TEXT NOT NULL,
  PRIMARY KEY (version, position, class_id),
  FOREIGN KEY (version, position) REFERENCES task_group (version, position)
) STRICT, WITHOUT ROWID;

-- The journal: one row for each action of the user, single or bulk. changes: how many texts it is about.
CREATE TABLE journal (
  id INTEGER PRIMARY KEY,
  action TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('done', 'undone', 'dropped')),
  at INTEGER NOT NULL,
  changes INTEGER NOT NULL
) STRICT;
CREATE INDEX journal_undone ON journal (id) WHERE state = 'undone';
CREATE INDEX journal_done ON journal (id) WHERE state = 'done';

-- previous_id: the change that held before, null when the text had no label.
CREATE TABLE label_change (
  id INTEGER PRIMARY KEY,
  entry_id INTEGER NOT NULL REFERENCES journal (id),
  text_id INTEGER NOT NULL REFERENCES text (id),
  state TEXT NOT NULL CHECK (state IN ('class', 'none', 'cleared')),
  class_id TEXT REFERENCES class (id),
  origin TEXT NOT NULL,
  previous_id INTEGER REFERENCES label_change (id),
  CHECK ((state = 'class') = (class_id IS NOT NULL)),
  UNIQUE (entry_id, text_id)
) STRICT;

-- What holds now: the label changes of the journal, applied.
CREATE TABLE label (
  text_id INTEGER PRIMARY KEY REFERENCES text (id),
  change_id INTEGER NOT NULL REFERENCES label_change (id),
  state TEXT NOT NULL CHECK (state IN ('class', 'none')),
  class_id TEXT REFERENCES class (id),
  origin TEXT NOT NULL,
  CHECK ((state = 'class') = (class_id IS NOT NULL))
) STRICT;
CREATE INDEX label_by_class ON label (class_id);

-- The held-out sample, drawn once. scanned_to: the last text compared with it for near-duplicates.
CREATE TABLE heldout_draw (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seed INTEGER NOT NULL,
  size INTEGER NOT NULL,
  of_texts INTEGER NOT NULL,
  drawn_at INTEGER NOT NULL,
  scanned_to INTEGER NOT NULL
) STRICT;

CREATE TABLE heldout (
  text_id INTEGER PRIMARY KEY REFERENCES text (id)
) STRICT;

CREATE TABLE heldout_neighbour (
  text_id INTEGER PRIMARY KEY REFERENCES text (id),
  heldout_id INTEGER NOT NULL REFERENCES heldout (text_id),
  similarity REAL NOT NULL
) STRICT;
`
