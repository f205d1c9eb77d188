//! What runtimes do today, as tables made from a report.

use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use wasi_tcp_conformance_core::Verdict;
use wasi_tcp_conformance_core::report::Record;

/// A report, of which the tables are made.
pub struct Report(wasi_tcp_conformance_core::report::Report);

/// How many trials of one implementation came to what.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    right: usize,
    deviate: usize,
    fail: usize,
    not_applicable: usize,
}

impl Counts {
    fn add(&mut self, report: &Report, record: &Record) -> Result<()> {
        let count = match (record.verdict, record.is_known()) {
            // What passed and is known fails or deviates on other runs: the tables
            // must not change from run to run.
            (Verdict::Pass, true) if report.lists_deviation(record) => &mut self.deviate,
            (Verdict::Fail | Verdict::KnownFailure, _) | (Verdict::Pass, true) => &mut self.fail,
            (Verdict::Pass, false) => &mut self.right,
            (Verdict::Deviation, _) => &mut self.deviate,
            (Verdict::NotApplicable, _) => &mut self.not_applicable,
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

/// The group of a requirement: `create` of `create.limit`.
fn group(id: &str) -> String {
    id.split('.').next().unwrap_or(id).to_owned()
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
        let report = wasi_tcp_conformance_core::report::Report::from_json("the report", text);
        report.map(Self).context("failed to read the report")
    }

    /// The implementations, and the groups of requirements that they keep to.
    ///
    /// # Errors
    /// When a trial has no verdict on the implementation.
    pub fn by_group(&self) -> Result<String> {
        let mut text = self.summary()?;
        text += "\n";
        let rows = self.rows(group)?;
        // The catalogue need not have the requirements of a group beside each other.
        let mut groups = Vec::new();
        for group in self.ids().map(|id| group(&id)) {
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        let rows = groups
            .into_iter()
            .filter_map(|group| Some((format!("{group}.\\*"), rows.get(&group)?)));
        text += &self.table(rows);
        Ok(text)
    }

    /// The requirements that one of the implementations does not keep to.
    ///
    /// # Errors
    /// When a trial has no verdict on the implementation.
    pub fn by_requirement(&self) -> Result<String> {
        let rows = self.rows(str::to_owned)?;
        Ok(
            self.table(self.0.requirements().filter_map(|(_, requirement)| {
                let (id, title) = (&requirement.id, &requirement.title);
                let counts = rows.get(&id.to_string())?;
                let differs = counts.iter().any(|counts| !counts.is_right());
                differs.then(|| (format!("`{id}`<br>{title}"), counts))
            })),
        )
    }

    /// Whether what the baseline lists for a trial is allowed.
    fn lists_deviation(&self, record: &Record) -> bool {
        let catalogue = self.0.catalogue(record.trial.generation);
        let Some((known, catalogue)) = record.known.as_ref().zip(catalogue) else {
            return false;
        };
        let sets = [&record.must, &record.otherwise].into_iter().flatten();
        sets.flatten()
            .any(|pattern| pattern.accepts(&known.observed, &catalogue.error_codes))
    }

    fn ids(&self) -> impl Iterator<Item = String> {
        self.0.requirements().map(|(_, it)| it.id.to_string())
    }

    /// How many trials of each implementation came to what.
    ///
    /// # Errors
    /// When a trial has no verdict on the implementation.
    pub fn summary(&self) -> Result<String> {
        let mut text = String::from(
            "| implementation | version | pass | deviation | failure | not applicable |\n\
             | --- | --- | ---: | ---: | ---: | ---: |\n",
        );
        for it in &self.0.implementations {
            let mut counts = Counts::default();
            let own = |record: &&Record| record.implementation == it.name;
            for record in self.0.records.iter().filter(own) {
                counts.add(self, record)?;
            }
            // What stands in parentheses is of the build, or of the host.
            let version = it.version.to_string();
            let version = version.split(" (").next().unwrap_or_default();
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
        for record in &self.0.records {
            let mut keys: Vec<_> = record
                .requirements
                .iter()
                .map(|id| key(&id.to_string()))
                .collect();
            // A trial counts once, whatever it cites.
            keys.sort();
            keys.dedup();
            let names = || self.0.implementations.iter().map(|it| &it.name);
            let at = names()
                .position(|it| *it == record.implementation)
                .with_context(|| format!("{} is in no list", record.implementation))?;
            for key in keys {
                let counts = rows.entry(key);
                let counts = counts.or_insert_with(|| vec![Counts::default(); names().count()]);
                counts[at].add(self, record)?;
            }
        }
        Ok(rows)
    }

    fn table<'a>(&self, rows: impl Iterator<Item = (String, &'a Vec<Counts>)>) -> String {
        let names: Vec<_> = self
            .0
            .implementations
            .iter()
            .map(|it| it.name.to_string())
            .collect();
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
    use serde_json::json;

    /// A report of trials with these verdicts, each of which fails on some runs or
    /// not.
    fn report(verdicts: &[(&str, bool)]) -> Report {
        let records: Vec<_> = verdicts
            .iter()
            .map(|(verdict, sometimes)| {
                let known = json!({
                    "trial": "0.2/t::c::ipv4", "observed": "late", "reason": "r", "sometimes": true,
                });
                let mut record = json!({
                    "trial": "0.2/t::c::ipv4", "implementation": "one", "verdict": verdict,
                    "observed": "ok", "must": null, "should": null,
                    "requirements": ["a.b", "a.c"], "reason": null, "stderr": "",
                    "reproduce": "", "duration_ms": 0.0,
                });
                if *sometimes {
                    record["known"] = known;
                }
                record
            })
            .collect();
        let requirement = |id: &str, title: &str| {
            let source = json!({ "document": "d", "item": "i" });
            json!({ "id": id, "title": title, "text": "t", "source": source })
        };
        let report = json!({
            "format": 2,
            "suite": { "version": "1", "digest": "d", "components": "c" },
            "implementations": [{ "name": "one", "version": "one 1 (of today)" }],
            "host": { "os": "o", "arch": "a", "probes": {} },
            "planned": records.len(),
            "records": records,
            "generations": [{
                "generation": "0.2", "wasi_version": "0.2.6",
                "error_codes": { "outcomes": [], "others": [] },
                // Those of a group need not be beside each other.
                "requirements": [
                    requirement("a.b", "B"), requirement("z.y", "Y"), requirement("a.c", "C"),
                ],
            }],
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

    /// On some runs it passes, and on others it deviates: the table is the same.
    #[test]
    fn what_deviates_on_some_runs_is_a_deviation_on_all() {
        let tables = ["pass", "deviation"].map(|verdict| {
            let mut report = report(&[(verdict, true)]);
            let must = serde_json::from_value(json!(["ok", "late"])).unwrap();
            report.0.records[0].must = Some(must);
            report.by_group().unwrap()
        });
        assert!(
            tables[0].contains("| one | one 1 | 0 | 1 | 0 | 0 |"),
            "{}",
            tables[0]
        );
        assert_eq!(tables[0], tables[1]);
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
