//! Statements over many rows: the cost of a statement is shared by the rows it carries.

use store::Result;

use crate::dialect::{Dialect, MAX_PARAMETERS, Transaction, Value};

/// Rows of one statement; more gain nothing measurable.
const MAX_ROWS: usize = 250;

/// Bytes of one statement beyond which it is sent, so that large bodies are not all copied at the same time.
const MAX_BYTES: usize = 4 << 20;

/// An insert into a table.
pub(crate) struct Insert {
    pub(crate) table: &'static str,
    pub(crate) columns: &'static [&'static str],
    /// What to do when the row is there; empty to fail.
    pub(crate) on_conflict: &'static str,
}

impl Insert {
    /// Inserts the rows, in their order, with as few statements as sensible.
    pub(crate) async fn run<'a, const N: usize>(
        &self,
        transaction: &mut Transaction,
        rows: impl Iterator<Item = [Value<'a>; N]>,
    ) -> Result<()> {
        debug_assert_eq!(N, self.columns.len());
        let full = MAX_ROWS.min(MAX_PARAMETERS / N);
        let (mut values, mut bytes) = (Vec::new(), 0);
        for row in rows {
            bytes += row.iter().map(Value::size).sum::<usize>();
            values.extend(row);
            if values.len() == full * N || bytes >= MAX_BYTES {
                self.send(transaction, std::mem::take(&mut values), full).await?;
                bytes = 0;
            }
        }
        if values.is_empty() { Ok(()) } else { self.send(transaction, values, full).await }
    }

    async fn send(&self, transaction: &mut Transaction, values: Vec<Value<'_>>, full: usize) -> Result<()> {
        let rows = values.len() / self.columns.len();
        transaction.execute(self.text(transaction.dialect(), rows), values, rows == full || rows == 1).await.map(drop)
    }

    fn text(&self, dialect: Dialect, rows: usize) -> String {
        let width = self.columns.len();
        let tuples = (0..rows).map(|row| format!("({})", dialect.parameters(row * width + 1, width)));
        format!(
            "INSERT INTO {} ({}) VALUES {} {}",
            self.table,
            self.columns.join(", "),
            tuples.collect::<Vec<_>>().join(", "),
            self.on_conflict
        )
    }
}

/// Deletes the rows whose `column` is one of the values.
pub(crate) async fn delete<'a>(
    transaction: &mut Transaction,
    table: &'static str,
    column: &'static str,
    values: Vec<Value<'a>>,
) -> Result<()> {
    let mut values = values.into_iter();
    while values.len() > 0 {
        let chunk: Vec<_> = values.by_ref().take(MAX_ROWS).collect();
        let parameters = transaction.dialect().parameters(1, chunk.len());
        let sql = format!("DELETE FROM {table} WHERE {column} IN ({parameters})");
        let repeated = chunk.len() == MAX_ROWS || chunk.len() == 1;
        transaction.execute(sql, chunk, repeated).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_share_a_statement() {
        let insert = Insert { table: "t", columns: &["a", "b"], on_conflict: "ON CONFLICT (a) DO NOTHING" };
        let text = |dialect| insert.text(dialect, 2);
        assert_eq!(text(Dialect::Sqlite), "INSERT INTO t (a, b) VALUES (?, ?), (?, ?) ON CONFLICT (a) DO NOTHING");
        assert_eq!(
            text(Dialect::Postgres),
            "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) ON CONFLICT (a) DO NOTHING"
        );
    }
}
