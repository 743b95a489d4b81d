/** Proposals as records of their own, audits, and rounds. Labels remember the proposal behind them. */
export default `
CREATE TABLE proposal (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run (id),
  text_id INTEGER NOT NULL REFERENCES text (id),
  class_id TEXT NOT NULL REFERENCES class (id),
  score REAL NOT NULL,
  margin REAL NOT NULL,
  agreement REAL NOT NULL,
  probabilities BLOB NOT NULL,
  decision TEXT NOT NULL DEFAULT 'pending'
    CHECK (decision IN ('pending', 'approved', 'rejected', 'corrected')),
  decided_by TEXT CHECK (decided_by IN ('human', 'bulk')),
  change_id INTEGER REFERENCES decision_change (id),
  CHECK ((decision = 'pending') = (decided_by IS NULL)),
  UNIQUE (run_id, text_id)
) STRICT;
-- The queue in its order, with all that a filter asks, so that counting reads nothing else.
CREATE INDEX proposal_queue ON proposal
  (run_id, decision, score DESC, id, margin, agreement, class_id, decided_by, text_id);
CREATE INDEX proposal_by_text ON proposal (text_id, class_id, decision);

-- What each word group says of the proposed class, and whether it would choose it by itself.
CREATE TABLE proposal_group (
  proposal_id INTEGER NOT NULL REFERENCES proposal (id),
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  log_probability REAL NOT NULL,
  agrees INTEGER NOT NULL CHECK (agrees IN (0, 1)),
  PRIMARY KEY (proposal_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE decision_change (
  id INTEGER PRIMARY KEY,
  entry_id INTEGER NOT NULL REFERENCES journal (id),
  proposal_id INTEGER NOT NULL REFERENCES proposal (id),
  decision TEXT NOT NULL
    CHECK (decision IN ('pending', 'approved', 'rejected', 'corrected')),
  decided_by TEXT CHECK (decided_by IN ('human', 'bulk')),
  previous_id INTEGER REFERENCES decision_change (id),
  CHECK ((decision = 'pending') = (decided_by IS NULL)),
  UNIQUE (entry_id, proposal_id)
) STRICT;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run (id),
  filter TEXT NOT NULL,
  threshold REAL NOT NULL CHECK (threshold BETWEEN 0 AND 1),
  n INTEGER NOT NULL CHECK (n > 0),
  population INTEGER NOT NULL CHECK (population >= n),
  created_at INTEGER NOT NULL,
  abandoned_at INTEGER
) STRICT;

-- Every proposal of the audited set; position is given to the n that were drawn, in random order.
CREATE TABLE audit_member (
  audit_id INTEGER NOT NULL REFERENCES audit (id),
  proposal_id INTEGER NOT NULL REFERENCES proposal (id),
  position INTEGER,
  answer TEXT CHECK (answer IN ('right', 'wrong')),
  PRIMARY KEY (audit_id, proposal_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_member_drawn ON audit_member (audit_id, position) WHERE position IS NOT NULL;

CREATE TABLE audit_change (
  id INTEGER PRIMARY KEY,
  entry_id INTEGER NOT NULL REFERENCES journal (id),
  audit_id INTEGER NOT NULL,
  proposal_id INTEGER NOT NULL,
  answer TEXT NOT NULL CHECK (answer IN ('right', 'wrong')),
  before TEXT CHECK (before IN ('right', 'wrong')),
  FOREIGN KEY (audit_id, proposal_id) REFERENCES audit_member (audit_id, proposal_id),
  UNIQUE (entry_id, proposal_id)
) STRICT;

-- discarded_at: the round was given up. Its weights go when nothing else uses them.
CREATE TABLE round (
  number INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL UNIQUE REFERENCES run (id),
  previous INTEGER REFERENCES round (number),
  finished_at INTEGER NOT NULL,
  discarded_at INTEGER
) STRICT;

-- The round in use is the one of the last row.
CREATE TABLE kept (
  id INTEGER PRIMARY KEY,
  round INTEGER NOT NULL REFERENCES round (number),
  reason TEXT NOT NULL CHECK (reason IN ('first', 'best', 'unmeasured', 'chosen')),
  at INTEGER NOT NULL
) STRICT;

ALTER TABLE label ADD COLUMN proposal_id INTEGER REFERENCES proposal (id);
ALTER TABLE label_change ADD COLUMN proposal_id INTEGER REFERENCES proposal (id);
`
