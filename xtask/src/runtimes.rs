//! What runtimes do today, as tables made from a report.

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The parts of a report that the tables are made of.
#[derive(Deserialize)]
pub struct Report {
    implementations: Vec<Implementation>,
    records: Vec<Record>,
    catalogue: Vec<Requirement>,
}

#[derive(Deserialize)]
struct Implementation {
    name: String,
    version: String,
}

#[derive(Deserialize)]
struct Record {
    implementation: String,
    verdict: String,
    requirements: Vec<String>,
    known: bool,
}

#[derive(Deserialize)]
struct Requirement {
    id: String,
    title: String,
}

/// How many trials of one implementation came to what.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    right: usize,
    deviate: usize,
    fail: usize,
    not_applicable: usize,
}

impl Counts {
    fn add(&mut self, record: &Record) -> Result<()> {
        let count = match (record.verdict.as_str(), record.known) {
            // What passed and is known fails on other runs: the tables must
            // not change from run to run.
            ("fail" | "known_failure", _) | ("pass", true) => &mut self.fail,
            ("pass", false) => &mut self.right,
            ("deviation", _) => &mut self.deviate,
            ("not_applicable", _) => &mut self.not_applicable,
            (verdict, _) => bail!("{} has a trial with {verdict}", record.implementation),
        };
        *count += 1;
        Ok(())
    }

    /// Whether everything that was judged is as documented.
    fn is_right(self) -> bool {
        self.deviate + self.fail == 0
    }

    fn cell(self) -> String {
        let judged = self.right + self.deviate + self.fail;
        match (self.fail, self.deviate) {
            _ if judged == 0 => "–".to_owned(),
            (0, 0) => "✓".to_owned(),
            (0, deviate) => format!("{deviate} of {judged} deviate"),
            (fail, 0) => format!("**{fail}** of {judged} fail"),
            (fail, deviate) => format!("**{fail}** of {judged} fail, {deviate} deviate"),
        }
    }
}

/// The counts of each implementation, in their order, by what a requirement's
/// id is taken for.
type Rows = BTreeMap<String, Vec<Counts>>;

impl Report {
    /// Reads a report that was written with `--json`.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text).context("failed to read the report")
    }

    /// The implementations, and the groups of requirements that they keep to.
    ///
    /// # Errors
    /// When a trial has no verdict on the implementation.
    pub fn by_group(&self) -> Result<String> {
        let mut text = self.summary()?;
        text += "\n";
        let rows = self.rows(|id| id.split('.').next().unwrap_or(id).to_owned())?;
        let mut groups: Vec<_> = self
            .catalogue
            .iter()
            .filter_map(|it| it.id.split('.').next())
            .collect();
        groups.dedup();
        let rows = groups
            .into_iter()
            .filter_map(|it| Some((format!("{it}.\\*"), rows.get(it)?)));
        text += &self.table(rows);
        Ok(text)
    }

    /// The requirements that one of the implementations does not keep to.
    ///
    /// # Errors
    /// When a trial has no verdict on the implementation.
    pub fn by_requirement(&self) -> Result<String> {
        let rows = self.rows(str::to_owned)?;
        Ok(self.table(self.catalogue.iter().filter_map(|it| {
            let counts = rows.get(&it.id)?;
            let differs = counts.iter().any(|it| !it.is_right());
            differs.then(|| (format!("`{}`<br>{}", it.id, it.title), counts))
        })))
    }

    fn summary(&self) -> Result<String> {
        let mut text = String::from(
            "| implementation | version | pass | deviation | failure | not applicable |\n\
             | --- | --- | ---: | ---: | ---: | ---: |\n",
        );
        for it in &self.implementations {
            let mut counts = Counts::default();
            let own = |record: &&Record| record.implementation == it.name;
            for record in self.records.iter().filter(own) {
                counts.add(record)?;
            }
            // What stands in parentheses is of the build, or of the host.
            let version = it.version.split(" (").next().unwrap_or_default();
            writeln!(
                text,
                "| {} | {version} | {} | {} | {} | {} |",
                it.name, counts.right, counts.deviate, counts.fail, counts.not_applicable
            )?;
        }
        Ok(text)
    }

    fn rows(&self, key: impl Fn(&str) -> String) -> Result<Rows> {
        let mut rows = Rows::new();
        for record in &self.records {
            let mut keys: Vec<_> = record.requirements.iter().map(|it| key(it)).collect();
            // A trial counts once, whatever it cites.
            keys.sort();
            keys.dedup();
            let names = || self.implementations.iter().map(|it| &it.name);
            let at = names()
                .position(|it| *it == record.implementation)
                .with_context(|| format!("{} is in no list", record.implementation))?;
            for key in keys {
                let counts = rows.entry(key);
                let counts = counts.or_insert_with(|| vec![Counts::default(); names().count()]);
                counts[at].add(record)?;
            }
        }
        Ok(rows)
    }

    fn table<'a>(&self, rows: impl Iterator<Item = (String, &'a Vec<Counts>)>) -> String {
        let names: Vec<_> = self.implementations.iter().map(|it| &*it.name).collect();
        let mut text = format!(
            "| requirement | {} |\n| --- |{}\n",
            names.join(" | "),
            " --- |".repeat(names.len())
        );
        for (name, counts) in rows {
            let cells: Vec<_> = counts.iter().map(|it| it.cell()).collect();
            // Writing to a string cannot fail.
            let _ = writeln!(text, "| {name} | {} |", cells.join(" | "));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(verdicts: &[(&str, bool)]) -> Report {
        let records: Vec<_> = verdicts
            .iter()
            .map(|(verdict, known)| {
                serde_json::json!({
                    "implementation": "one", "verdict": verdict, "known": known,
                    "requirements": ["a.b", "a.c"],
                })
            })
            .collect();
        let report = serde_json::json!({
            "implementations": [{ "name": "one", "version": "one 1 (of today)" }],
            "records": records,
            "catalogue": [{ "id": "a.b", "title": "B" }, { "id": "a.c", "title": "C" }],
        });
        Report::read(&report.to_string()).unwrap()
    }

    #[test]
    fn trials_are_counted_once_a_group() {
        let report = report(&[
            ("pass", false),
            ("pass", true),
            ("known_failure", true),
            ("deviation", false),
            ("not_applicable", false),
        ]);
        assert_eq!(
            report.by_group().unwrap(),
            "| implementation | version | pass | deviation | failure | not applicable |\n\
             | --- | --- | ---: | ---: | ---: | ---: |\n\
             | one | one 1 | 1 | 1 | 2 | 1 |\n\n\
             | requirement | one |\n| --- | --- |\n\
             | a.\\* | **2** of 4 fail, 1 deviate |\n"
        );
        assert_eq!(
            report
                .by_requirement()
                .unwrap()
                .lines()
                .skip(2)
                .collect::<Vec<_>>(),
            [
                "| `a.b`<br>B | **2** of 4 fail, 1 deviate |",
                "| `a.c`<br>C | **2** of 4 fail, 1 deviate |"
            ]
        );
    }

    #[test]
    fn what_is_right_is_in_no_list_of_requirements() {
        let report = report(&[("pass", false)]);
        assert!(report.by_group().unwrap().ends_with("| a.\\* | ✓ |\n"));
        assert_eq!(report.by_requirement().unwrap().lines().count(), 2);
    }

    #[test]
    fn a_run_that_broke_makes_no_table() {
        for verdict in ["error", "stale_known_failure"] {
            report(&[(verdict, false)]).by_group().unwrap_err();
        }
    }
}
