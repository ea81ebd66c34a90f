"""The statements that DuckDB is asked, whole and constant; they see two tables of projects.

``projects`` are those of the round in one dataset, ``former`` those of the earlier round: what
arrives from the files is kept while a dataset is added up, so that each file is read once, and of
its columns only what the question is about. ``$level`` is 0 where units are not told apart. Sums
of decimals are decimals there, and an empty amount is in none.
"""

KEEP_AMOUNTS = """
CREATE OR REPLACE TEMP TABLE projects AS
SELECT id, form, form_title, title, units, amounts, len(items) AS item_count FROM arrived
"""
KEEP_FORMER = """
CREATE OR REPLACE TEMP TABLE former AS
SELECT id, form, form_title, units, amounts FROM arrived_before
"""
_COLUMNS = (
    "id VARCHAR, form VARCHAR, form_title VARCHAR, units VARCHAR[], "
    "amounts STRUCT(pointer VARCHAR, label VARCHAR, is_main BOOLEAN, amount DECIMAL(18, 2))[]"
)
NOTHING_WAITS = (
    f"CREATE OR REPLACE TEMP TABLE waiting ({_COLUMNS})",
    f"CREATE OR REPLACE TEMP TABLE waiting_before ({_COLUMNS})",
)
LET_WAIT = (
    """
    INSERT INTO waiting
    SELECT * EXCLUDE (title, item_count) FROM projects ANTI JOIN former USING (id)
    """,
    "INSERT INTO waiting_before SELECT * FROM former ANTI JOIN projects USING (id)",
    "DELETE FROM projects WHERE NOT EXISTS (SELECT 1 FROM former WHERE former.id = projects.id)",
    "DELETE FROM former WHERE NOT EXISTS (SELECT 1 FROM projects WHERE projects.id = former.id)",
)
TAKE_WAITING = (
    "CREATE OR REPLACE TEMP TABLE projects AS SELECT * FROM waiting",
    "CREATE OR REPLACE TEMP TABLE former AS SELECT * FROM waiting_before",
)
KEEP_ITEMS = """
CREATE OR REPLACE TEMP TABLE projects AS
SELECT id, form, form_title, title, units, items FROM arrived
"""

SEEN = "CREATE TABLE seen (dataset VARCHAR, id VARCHAR, title VARCHAR)"
SEE = "INSERT INTO seen SELECT $dataset, id, title FROM projects"
TWICE_COUNT = (
    "SELECT count(*) FROM (SELECT id FROM seen GROUP BY id HAVING count(DISTINCT dataset) > 1)"
)
TWICE = """
SELECT id, min(title), list(DISTINCT dataset ORDER BY dataset)
FROM seen GROUP BY id HAVING count(DISTINCT dataset) > 1 ORDER BY id LIMIT $shown
"""

COUNTS = """
SELECT CASE WHEN $level > 0 THEN units[least($level, len(units))] END AS place,
       form, min(form_title), count(*), sum(item_count)::BIGINT
FROM projects
GROUP BY place, form
"""

AMOUNTS = """
SELECT place, form, a.pointer, a.label, bool_or(a.is_main),
       sum(a.amount), count(a.amount), count(*)
FROM (
    SELECT CASE WHEN $level > 0 THEN units[least($level, len(units))] END AS place, form,
           unnest(amounts) AS a, generate_subscripts(amounts, 1) AS nth
    FROM projects
)
GROUP BY place, form, a.pointer, a.label
ORDER BY min(nth)
"""

COMPARED_COUNTS = """
WITH pairs AS (
    SELECT CASE WHEN $level > 0 THEN coalesce(
               projects.units[least($level, len(projects.units))],
               former.units[least($level, len(former.units))]) END AS place,
           coalesce(projects.form, former.form) AS form,
           coalesce(projects.form_title, former.form_title) AS form_title,
           projects.id AS now, former.id AS earlier
    FROM projects FULL JOIN former
      ON projects.id = former.id AND projects.form = former.form
)
SELECT place, form, min(form_title), count(now), count(earlier),
       count(now) FILTER (WHERE earlier IS NULL), count(earlier) FILTER (WHERE now IS NULL)
FROM pairs
GROUP BY place, form
"""

COMPARED_AMOUNTS = """
WITH present AS (
    SELECT id, form, units, unnest(amounts) AS a, generate_subscripts(amounts, 1) AS nth
    FROM projects
), past AS (
    SELECT id, form, units, unnest(amounts) AS a, generate_subscripts(amounts, 1) AS nth
    FROM former
), pairs AS (
    SELECT CASE WHEN $level > 0 THEN coalesce(
               present.units[least($level, len(present.units))],
               past.units[least($level, len(past.units))]) END AS place,
           coalesce(present.form, past.form) AS form,
           coalesce(present.a.pointer, past.a.pointer) AS pointer,
           coalesce(present.a.label, past.a.label) AS label,
           coalesce(present.a.is_main, past.a.is_main) AS is_main,
           coalesce(present.nth, past.nth) AS nth,
           present.id AS now, present.a.amount AS amount,
           past.id AS earlier, past.a.amount AS former_amount
    FROM present FULL JOIN past
      ON present.id = past.id AND present.form = past.form
     AND present.a.pointer = past.a.pointer
)
SELECT place, form, pointer, label, bool_or(is_main),
       sum(amount), count(amount), count(now),
       sum(former_amount), count(former_amount), count(earlier),
       count(*) FILTER (WHERE now IS NOT NULL AND earlier IS NOT NULL
                        AND (amount IS NULL) <> (former_amount IS NULL))
FROM pairs
GROUP BY place, form, pointer, label
ORDER BY min(nth)
"""

OTHER_FORM = """
SELECT count(*) FROM projects JOIN former
ON projects.id = former.id AND projects.form <> former.form
"""

ITEMS = """
WITH found AS (
    SELECT CASE WHEN $level > 0 THEN units[least($level, len(units))] END AS place,
           id, form, form_title, unnest(items) AS i
    FROM projects
), levelled AS (
    SELECT place, id, form, form_title, i."table" AS sheet_table,
           i.levels[1] AS upper, i.levels[2] AS lower, i.places AS places,
           i.is_quantified AS is_quantified
    FROM found
)
SELECT place, form, min(form_title), sheet_table, upper, lower,
       min(places[1]), min(places[2]),
       count(*), count(*) FILTER (WHERE is_quantified), count(DISTINCT id)
FROM levelled
GROUP BY GROUPING SETS (
    (place, form, sheet_table),
    (place, form, sheet_table, upper),
    (place, form, sheet_table, upper, lower)
)
HAVING (GROUPING(upper) = 1 OR upper IS NOT NULL) AND (GROUPING(lower) = 1 OR lower IS NOT NULL)
"""
