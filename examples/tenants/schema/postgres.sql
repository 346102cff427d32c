-- One statement, so that all of it is done or nothing; one instance at a time.
DO $schema$
BEGIN
    PERFORM pg_advisory_xact_lock(7206733);

    -- `origins`: one a line.
    CREATE TABLE IF NOT EXISTS tenants (
        id TEXT PRIMARY KEY CHECK (id ~ '^[a-z0-9-]{1,63}$'),
        origins TEXT NOT NULL DEFAULT ''
    );

    -- The last change of each tenant, also of those that were deleted or renamed. `change` is the number of the
    -- transaction that made it.
    --
    -- A counter that every change increments would have to be locked until its transaction ends, so that numbers become
    -- visible in their order: one long transaction would then block the edits of all tenants. Transaction numbers need
    -- no lock, but become visible in any order. So a reader asks for all changes from the oldest transaction on that
    -- had not ended when it read before (`pg_snapshot_xmin`), and reads some of them twice.
    CREATE TABLE IF NOT EXISTS changes (
        tenant TEXT PRIMARY KEY,
        change BIGINT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS changes_by_change ON changes (change);

    CREATE OR REPLACE FUNCTION tenant_changed(tenant TEXT) RETURNS void LANGUAGE sql AS $function$
        INSERT INTO changes VALUES (tenant, pg_current_xact_id()::text::bigint)
            ON CONFLICT ON CONSTRAINT changes_pkey DO UPDATE SET change = EXCLUDED.change;
        SELECT pg_notify('tenants', tenant);
    $function$;

    -- In the transaction of the change itself, whoever makes it: it is written down and made known, or neither.
    CREATE OR REPLACE FUNCTION tenants_changed() RETURNS trigger LANGUAGE plpgsql AS $function$
    BEGIN
        IF TG_OP = 'TRUNCATE' THEN
            PERFORM tenant_changed(id) FROM tenants;
            RETURN NULL;
        END IF;
        IF TG_OP <> 'INSERT' THEN
            PERFORM tenant_changed(OLD.id);
        END IF;
        IF TG_OP <> 'DELETE' THEN
            PERFORM tenant_changed(NEW.id);
        END IF;
        RETURN NULL;
    END
    $function$;
    CREATE OR REPLACE TRIGGER tenants_changed AFTER INSERT OR UPDATE OR DELETE ON tenants
        FOR EACH ROW EXECUTE FUNCTION tenants_changed();
    CREATE OR REPLACE TRIGGER tenants_truncated BEFORE TRUNCATE ON tenants
        FOR EACH STATEMENT EXECUTE FUNCTION tenants_changed();

    INSERT INTO tenants (id) SELECT id FROM (VALUES ('acme'), ('globex'), ('initech')) AS new (id)
        WHERE NOT EXISTS (SELECT 1 FROM changes);
END
$schema$;
