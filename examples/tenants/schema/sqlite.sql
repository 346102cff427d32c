CREATE TABLE IF NOT EXISTS revision (value BIGINT NOT NULL);
INSERT INTO revision SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM revision);

-- `origins`: one a line. `revision`: the number of the change that wrote the row.
CREATE TABLE IF NOT EXISTS tenants (
    id TEXT PRIMARY KEY,
    origins TEXT NOT NULL DEFAULT '',
    revision BIGINT NOT NULL DEFAULT 0
);

CREATE TRIGGER IF NOT EXISTS tenants_changed AFTER UPDATE OF origins ON tenants BEGIN
    UPDATE revision SET value = value + 1;
    UPDATE tenants SET revision = (SELECT value FROM revision) WHERE id = NEW.id;
END;

INSERT INTO tenants (id) VALUES ('acme'), ('globex'), ('initech') ON CONFLICT DO NOTHING;
