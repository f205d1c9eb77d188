//! What is known of every mutant, and why some live: `outcomes.json`, `explained.json` and
//! `SCORE.md`.

use crate::catalogue::MUTANTS;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};

/// What became of a mutant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    pub mutant: String,
    pub fate: Fate,
    /// The trial that tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<Layer>,
    /// Why that is not good enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weak: Option<String>,
    /// How many walks that were made up it outlived, if it lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub walks: Option<usize>,
}

/// A weak kill: its guests say nothing wrong, and are ended.
pub const BY_HANGING: &str = "only because a guest does not end";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    Survives,
    /// It does what is not documented, but allowed: a trial calls it a deviation.
    Deviates,
    Killed,
}

/// What tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    Case,
    /// A walk of the suite.
    Walk,
    /// A walk that was made up.
    MadeUp,
}

impl Outcome {
    pub fn survivor(mutant: &str) -> Self {
        Self {
            mutant: mutant.to_owned(),
            fate: Fate::Survives,
            by: None,
            layer: None,
            weak: None,
            walks: None,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.mutant, self.fate)?;
        for text in [&self.by, &self.weak].into_iter().flatten() {
            write!(f, " {text}")?;
        }
        Ok(())
    }
}

/// Why mutants live.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explained {
    pub is: Kind,
    pub because: String,
    pub mutants: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// No guest can tell.
    Equivalent,
    /// The text allows it.
    Free,
    /// The suite should tell, and does not.
    Hole,
}

impl Explained {
    fn is_about(&self, name: &str) -> bool {
        self.mutants.iter().any(|mutant| mutant == name)
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/operators")
}

fn read<T: for<'a> Deserialize<'a>>(name: &str) -> Result<T, String> {
    let path = folder().join(name);
    let failed = |why: String| format!("failed to read {}: {why}", path.display());
    let text = std::fs::read_to_string(&path).map_err(|error| failed(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| failed(error.to_string()))
}

pub fn outcomes() -> Result<Vec<Outcome>, String> {
    read("outcomes.json")
}

pub fn explained() -> Result<Vec<Explained>, String> {
    read("explained.json")
}

/// Writes the outcomes of all mutants, the last of each, in the order of the catalogue.
pub fn write(found: Vec<Outcome>) -> Result<(), String> {
    let found: BTreeMap<String, Outcome> = found
        .into_iter()
        .map(|outcome| (outcome.mutant.clone(), outcome))
        .collect();
    let known = MUTANTS.iter().filter_map(|it| found.get(&it.to_string()));
    let known: Vec<Outcome> = known.cloned().collect();
    let lines: Result<Vec<String>, _> = known.iter().map(serde_json::to_string).collect();
    let lines = lines.map_err(|error| error.to_string())?;
    let json = format!("[\n  {}\n]\n", lines.join(",\n  "));
    let explained = explained()?;
    for (name, text) in [
        ("outcomes.json", json),
        ("SCORE.md", score(&known, &explained)),
    ] {
        let path = folder().join(name);
        std::fs::write(&path, text)
            .map_err(|error| format!("failed to write {}: {error}", path.display()))?;
    }
    for outcome in known.iter().filter(|it| it.fate != Fate::Killed) {
        if outcome.fate == Fate::Survives && kind(outcome, &explained).is_none() {
            println!("not explained: {}", outcome.mutant);
        }
    }
    Ok(())
}

fn kind(outcome: &Outcome, explained: &[Explained]) -> Option<Kind> {
    let mut all = explained.iter();
    all.find(|it| it.is_about(&outcome.mutant)).map(|it| it.is)
}

/// How many mutants ended how.
#[derive(Default)]
struct Counts {
    all: usize,
    by_cases: usize,
    by_walks: usize,
    made_up: usize,
    weak: usize,
    deviate: usize,
    equivalent: usize,
    free: usize,
    holes: usize,
}

impl Counts {
    fn add(&mut self, outcome: &Outcome, explained: &[Explained]) {
        self.all += 1;
        self.weak += usize::from(outcome.weak.is_some());
        let count = match (outcome.fate, outcome.layer) {
            (Fate::Killed, Some(Layer::Case)) => &mut self.by_cases,
            (Fate::Killed, Some(Layer::Walk)) => &mut self.by_walks,
            (Fate::Killed, _) => &mut self.made_up,
            (Fate::Deviates, _) => &mut self.deviate,
            (Fate::Survives, _) => match kind(outcome, explained) {
                Some(Kind::Equivalent) => &mut self.equivalent,
                Some(Kind::Free) => &mut self.free,
                Some(Kind::Hole) | None => &mut self.holes,
            },
        };
        *count += 1;
    }

    fn row(&self, name: &str) -> String {
        format!(
            "| {name} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
            self.all,
            self.by_cases,
            self.by_walks,
            self.made_up,
            self.weak,
            self.deviate,
            self.equivalent,
            self.free,
            self.holes
        )
    }
}

const HEAD: &str = "| mutants | cases | walks | made up | weak | deviate | equivalent | free | \
holes |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n";

fn score(known: &[Outcome], explained: &[Explained]) -> String {
    let mut total = Counts::default();
    let mut operators: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut methods: BTreeMap<&str, Counts> = BTreeMap::new();
    for outcome in known {
        let mut parts = outcome.mutant.split('/');
        let method = parts.next().unwrap_or_default();
        let operator = parts.next().unwrap_or_default();
        let operator = operator.split(':').next().unwrap_or_default();
        total.add(outcome, explained);
        operators
            .entry(operator)
            .or_default()
            .add(outcome, explained);
        methods.entry(method).or_default().add(outcome, explained);
    }
    let killed = total.by_cases + total.by_walks + total.made_up;
    let judged = killed + total.holes;
    let tenths = 1000 * killed / judged.max(1);
    let (percent, tenth) = (tenths / 10, tenths % 10);
    let mut text = format!(
        "# The mutation score\n\nWritten by `cargo xtask mutation-score`. Of {} mutants by operator, \
         {killed} of the {judged} that the text forbids are killed: {percent}.{tenth} %. The others are \
         deviations, equivalent, or free by the text.\n\nA mutant is killed by a case, by a walk of \
         the suite, or by a walk that is made up{}. A kill is weak that happens only in one \
         family, only by a requirement that the mutant does not break, or only because a guest does \
         not end.\n\n",
        total.all,
        outlived(known)
    );
    for (title, counts) in [("operator", &operators), ("method", &methods)] {
        text += &HEAD
            .replacen("mutants", title, 1)
            .replacen("| cases", "| mutants | cases", 1);
        for (name, counts) in counts {
            text += &counts.row(name);
        }
        text += &total.row("all");
        text.push('\n');
    }
    text += "## Why the others live\n\n| | because | mutants |\n| --- | --- | --- |\n";
    for entry in explained {
        // Writing to a string cannot fail.
        let kind = format!("{:?}", entry.is).to_lowercase();
        let mutants = entry.mutants.join("<br>");
        let _ = writeln!(text, "| {kind} | {} | {mutants} |", entry.because);
    }
    text += "\n## Weak kills\n\n| mutant | how |\n| --- | --- |\n";
    for outcome in known {
        if let Some(weak) = &outcome.weak {
            let _ = writeln!(text, "| {} | {weak} |", outcome.mutant);
        }
    }
    text
}

/// How many walks those that live outlived, in words.
fn outlived(known: &[Outcome]) -> String {
    let fewest = known.iter().filter_map(|outcome| outcome.walks).min();
    fewest.map_or_else(String::new, |walks| {
        format!("; those that live outlived at least {walks} of these")
    })
}

/// What is not as it should be: a mutant without an outcome, a survivor without a reason,
/// a reason without a survivor.
pub fn problems() -> Result<Vec<String>, String> {
    let (outcomes, explained) = (outcomes()?, explained()?);
    let mut problems = Vec::new();
    let names: Vec<String> = MUTANTS.iter().map(ToString::to_string).collect();
    if !outcomes.iter().map(|it| &it.mutant).eq(names.iter()) {
        problems.push("outcomes.json is not about the mutants that there are".to_owned());
    }
    for outcome in &outcomes {
        let reasons = explained.iter().filter(|it| it.is_about(&outcome.mutant));
        match (outcome.fate, reasons.count()) {
            (Fate::Survives, 1) | (Fate::Killed | Fate::Deviates, 0) => {}
            (Fate::Survives, count) => {
                problems.push(format!("{} lives for {count} reasons", outcome.mutant));
            }
            _ => problems.push(format!("{} does not live", outcome.mutant)),
        }
    }
    for name in explained.iter().flat_map(|entry| &entry.mutants) {
        if !names.contains(name) {
            problems.push(format!("there is no {name}"));
        }
    }
    Ok(problems)
}
