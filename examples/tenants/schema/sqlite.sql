-- `origins`: one a line.
CREATE TABLE IF NOT EXISTS tenants (
    id TEXT PRIMARY KEY CHECK (id NOT GLOB '*[^a-z0-9-]*' AND length(id) BETWEEN 1 AND 63),
    origins TEXT NOT NULL DEFAULT ''
);

-- The last change of each tenant, also of those that were deleted or renamed. There is one writer at a time, so changes
-- can be numbered in their order.
CREATE TABLE IF NOT EXISTS changes (tenant TEXT PRIMARY KEY, change INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS changes_by_change ON changes (change);

CREATE TRIGGER IF NOT EXISTS tenant_inserted AFTER INSERT ON tenants BEGIN
    REPLACE INTO changes VALUES (NEW.id, (SELECT coalesce(max(change), 0) + 1 FROM changes));
END;
CREATE TRIGGER IF NOT EXISTS tenant_updated AFTER UPDATE ON tenants BEGIN
    REPLACE INTO changes VALUES (OLD.id, (SELECT coalesce(max(change), 0) + 1 FROM changes));
    REPLACE INTO changes VALUES (NEW.id, (SELECT coalesce(max(change), 0) + 1 FROM changes));
END;
CREATE TRIGGER IF NOT EXISTS tenant_deleted AFTER DELETE ON tenants BEGIN
    REPLACE INTO changes VALUES (OLD.id, (SELECT coalesce(max(change), 0) + 1 FROM changes));
END;

INSERT INTO tenants (id) SELECT id FROM (SELECT 'acme' AS id UNION ALL SELECT 'globex' UNION ALL SELECT 'initech')
    WHERE NOT EXISTS (SELECT 1 FROM changes);
