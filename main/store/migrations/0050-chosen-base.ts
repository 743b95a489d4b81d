/** Which base model the next run begins with. */
export default `
-- SHA-256 of its weights, by which it is found whatever it is called here; null while none was chosen.
ALTER TABLE project ADD COLUMN base_sha256 TEXT CHECK (length(base_sha256) = 64);
`
