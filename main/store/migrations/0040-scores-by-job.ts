/** Which job gave a score, so that one that was cut off knows what it has done. */
export default `
-- job_id: null for scores from before this was written down.
ALTER TABLE score ADD COLUMN job_id INTEGER REFERENCES job (id);
`
