"""What the database itself checks, whoever writes: entries balance and are complete, nobody adds to them, residuals follow allocations.

Postings are inserted before their entry (their foreign key is checked at the commit). On SQLite the entry's arrival sums them;
on PostgreSQL a constraint trigger does it at the commit.
"""

from bezant.sdk.db import trigger

_UNBALANCED = "ledger_entries: an entry needs two or more postings that sum to zero"
_CLOSED = "ledger_entries: the period is closed"
_COMPLETE = "ledger_postings: the entry is complete, correct it with a new one"
_VIOLATION = "USING ERRCODE = 'integrity_constraint_violation'"

ENTRY_CHECK = trigger(
    "balanced",
    sqlite=f"""BEFORE INSERT ON ledger_entries BEGIN
        SELECT RAISE(ABORT, '{_UNBALANCED}')
            FROM (SELECT COUNT(*) AS n, SUM(amount_minor) AS s FROM ledger_postings WHERE entry_id = NEW.id)
            WHERE n < 2 OR s <> 0;
        SELECT RAISE(ABORT, '{_CLOSED}')
            FROM ledger_books WHERE legal_entity_id = NEW.legal_entity_id AND closed_through >= NEW.date;
        END""",
    postgresql="""AFTER INSERT ON ledger_entries DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION {function}()""",
    function=f"""DECLARE n bigint; s numeric; BEGIN
        SELECT COUNT(*), SUM(amount_minor) INTO n, s FROM ledger_postings WHERE entry_id = NEW.id;
        IF n < 2 OR s <> 0 THEN RAISE EXCEPTION '{_UNBALANCED}' {_VIOLATION}; END IF;
        PERFORM 1 FROM ledger_books WHERE legal_entity_id = NEW.legal_entity_id AND closed_through >= NEW.date;
        IF FOUND THEN RAISE EXCEPTION '{_CLOSED}' {_VIOLATION}; END IF;
        RETURN NULL; END""",
    constraint=True,
)

POSTING_CHECK = trigger(
    "complete",
    sqlite=f"""BEFORE INSERT ON ledger_postings WHEN EXISTS (SELECT 1 FROM ledger_entries WHERE id = NEW.entry_id)
        BEGIN SELECT RAISE(ABORT, '{_COMPLETE}'); END""",
    postgresql="BEFORE INSERT ON ledger_postings FOR EACH ROW EXECUTE FUNCTION {function}()",
    function=f"""BEGIN
        IF EXISTS (SELECT 1 FROM ledger_entries WHERE id = NEW.entry_id) THEN RAISE EXCEPTION '{_COMPLETE}' {_VIOLATION}; END IF;
        RETURN NEW; END""",
)

_TAKE = "UPDATE ledger_open_items SET residual_minor = residual_minor - NEW.amount_minor WHERE id IN (NEW.item_id, NEW.credit_item_id);"

RESIDUAL = trigger(
    "residual",
    sqlite=f"AFTER INSERT ON ledger_allocations BEGIN {_TAKE} END",
    postgresql="AFTER INSERT ON ledger_allocations FOR EACH ROW EXECUTE FUNCTION {function}()",
    function=f"BEGIN {_TAKE} RETURN NULL; END",
)
