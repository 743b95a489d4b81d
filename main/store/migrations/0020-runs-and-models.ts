/** Models by tensor, runs that never change, the scores they gave, and jobs with their progress. */
export default `
-- header: the first bytes of model.safetensors up to the data, so that the file can be rebuilt
-- byte for byte. discarded_at: the weights were given up, the record stays.
CREATE TABLE model (
  id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  header BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  discarded_at INTEGER
) STRICT;
CREATE INDEX model_by_sha256 ON model (sha256);

-- The small files beside the weights: config.json, vocab.txt.
CREATE TABLE model_file (
  model_id INTEGER NOT NULL REFERENCES model (id),
  name TEXT NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (model_id, name)
) STRICT;

-- sha256 is over dtype, shape and little-endian bytes. whole: 0 while chunks are still missing.
CREATE TABLE tensor (
  sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
  dtype TEXT NOT NULL,
  shape TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  whole INTEGER NOT NULL CHECK (whole IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE tensor_chunk (
  sha256 TEXT NOT NULL REFERENCES tensor (sha256),
  n INTEGER NOT NULL,
  data BLOB NOT NULL CHECK (length(data) <= 1048576),
  PRIMARY KEY (sha256, n)
) STRICT;

CREATE TABLE model_tensor (
  model_id INTEGER NOT NULL REFERENCES model (id),
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL REFERENCES tensor (sha256),
  PRIMARY KEY (model_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX model_tensor_by_sha256 ON model_tensor (sha256);

CREATE TABLE job (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  input TEXT NOT NULL,
  state TEXT NOT NULL
    CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'interrupted')),
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  result TEXT,
  error TEXT
) STRICT;

CREATE TABLE job_event (
  job_id INTEGER NOT NULL REFERENCES job (id),
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  phase TEXT NOT NULL,
  done REAL NOT NULL,
  total REAL NOT NULL,
  figures TEXT NOT NULL,
  PRIMARY KEY (job_id, seq)
) STRICT, WITHOUT ROWID;

-- path is relative to the work folder, so that a project can be moved with it.
CREATE TABLE checkpoint (
  job_id INTEGER NOT NULL REFERENCES job (id),
  step INTEGER NOT NULL,
  path TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (job_id, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  parent_id INTEGER REFERENCES run (id),
  job_id INTEGER NOT NULL UNIQUE REFERENCES job (id),
  task_version INTEGER NOT NULL REFERENCES task_version (id),
  base_model_id INTEGER NOT NULL REFERENCES model (id),
  recipe TEXT NOT NULL,
  seed INTEGER NOT NULL,
  threads INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- The label snapshot: what the run learns from, in the order in which it is sent.
CREATE TABLE run_text (
  run_id INTEGER NOT NULL REFERENCES run (id),
  n INTEGER NOT NULL,
  text_id INTEGER NOT NULL REFERENCES text (id),
  target TEXT NOT NULL CHECK (target IN ('class', 'soft', 'not')),
  class_id TEXT NOT NULL REFERENCES class (id),
  probabilities BLOB,
  weight REAL NOT NULL,
  gold INTEGER NOT NULL CHECK (gold IN (0, 1)),
  CHECK ((target = 'soft') = (probabilities IS NOT NULL)),
  PRIMARY KEY (run_id, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_result (
  run_id INTEGER PRIMARY KEY REFERENCES run (id),
  model_id INTEGER NOT NULL REFERENCES model (id),
  steps INTEGER NOT NULL,
  final_loss REAL NOT NULL,
  recipe TEXT NOT NULL,
  environment TEXT NOT NULL,
  milliseconds REAL NOT NULL,
  finished_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER run_never_changes BEFORE UPDATE ON run
  BEGIN SELECT RAISE(ABORT, 'a run never changes'); END;
CREATE TRIGGER run_text_never_changes BEFORE UPDATE ON run_text
  BEGIN SELECT RAISE(ABORT, 'a run never changes'); END;
CREATE TRIGGER run_text_stays BEFORE DELETE ON run_text
  BEGIN SELECT RAISE(ABORT, 'a run never changes'); END;
CREATE TRIGGER run_result_never_changes BEFORE UPDATE ON run_result
  BEGIN SELECT RAISE(ABORT, 'a run never changes'); END;

-- logits, groups: little-endian float32; groups is [G, C], class by class within each group.
CREATE TABLE score (
  run_id INTEGER NOT NULL REFERENCES run (id),
  text_id INTEGER NOT NULL REFERENCES text (id),
  class_id TEXT NOT NULL REFERENCES class (id),
  probability REAL NOT NULL,
  margin REAL NOT NULL,
  agreement REAL NOT NULL,
  logits BLOB NOT NULL,
  groups BLOB NOT NULL,
  PRIMARY KEY (run_id, text_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX score_by_margin ON score (run_id, margin);

-- How many texts a run puts into each class, so that nobody counts scores.
CREATE TABLE run_class (
  run_id INTEGER NOT NULL REFERENCES run (id),
  class_id TEXT NOT NULL REFERENCES class (id),
  texts INTEGER NOT NULL,
  PRIMARY KEY (run_id, class_id)
) STRICT, WITHOUT ROWID;
`
