-- One statement, so that it is done as a whole or not at all; one instance at a time.
DO $schema$
BEGIN
    PERFORM pg_advisory_xact_lock(7206733);

    CREATE TABLE IF NOT EXISTS revision (value BIGINT NOT NULL);
    INSERT INTO revision SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM revision);

    -- `origins`: one a line. `revision`: the number of the change that wrote the row.
    CREATE TABLE IF NOT EXISTS tenants (
        id TEXT PRIMARY KEY,
        origins TEXT NOT NULL DEFAULT '',
        revision BIGINT NOT NULL DEFAULT 0
    );

    -- In the transaction of the change itself, whoever makes it: it is numbered and made known, or neither.
    -- The row of `revision` is locked until the transaction ends. So changes are numbered in the order in which they
    -- become visible, and a reader that has seen one number has missed no smaller one. A sequence would not do.
    CREATE OR REPLACE FUNCTION tenants_changed() RETURNS trigger LANGUAGE plpgsql AS $function$
    BEGIN
        UPDATE revision SET value = value + 1 RETURNING value INTO NEW.revision;
        PERFORM pg_notify('tenants', NEW.id);
        RETURN NEW;
    END
    $function$;
    CREATE OR REPLACE TRIGGER tenants_changed BEFORE INSERT OR UPDATE ON tenants
        FOR EACH ROW EXECUTE FUNCTION tenants_changed();

    INSERT INTO tenants (id) SELECT id FROM (VALUES ('acme'), ('globex'), ('initech')) AS new (id)
        WHERE NOT EXISTS (SELECT 1 FROM tenants);
END
$schema$;
