//! Trials by implementations: the rows that the HTML page shows.

use super::{Record, Report, text};
use crate::{Requirement, Verdict};
use std::collections::HashMap;

/// The longest observation that is shown, in characters.
const WIDTH: usize = 4000;

/// The longest line of anything else, and how many lines of noise.
const LINE: usize = 2000;
const LINES: usize = 40;

/// A trial, and what each implementation did in it.
pub(super) struct Row {
    pub(super) anchor: String,
    pub(super) trial: String,
    pub(super) topic: String,
    pub(super) family: String,
    /// The verdicts, as the filter wants them.
    pub(super) verdicts: String,
    /// Whether the implementations do not all come to the same.
    pub(super) differs: bool,
    pub(super) cells: Vec<Cell>,
    pub(super) must: String,
    pub(super) should: Option<String>,
    pub(super) requirements: Vec<Words>,
    pub(super) outcomes: Vec<Outcome>,
}

/// A verdict at a place where rows and columns meet.
pub(super) struct Cell {
    pub(super) class: &'static str,
    pub(super) sign: char,
    pub(super) word: String,
    /// What it is of: the implementation, or so many trials.
    pub(super) of: String,
}

/// A requirement in words.
#[derive(Clone)]
pub(super) struct Words {
    pub(super) anchor: String,
    pub(super) id: String,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) source: String,
    pub(super) untestable: Option<String>,
}

/// What one implementation did.
pub(super) struct Outcome {
    pub(super) implementation: String,
    pub(super) verdict: Verdict,
    pub(super) known: bool,
    pub(super) observed: String,
    pub(super) reason: Option<String>,
    pub(super) noise: Vec<String>,
    pub(super) duration: String,
    pub(super) reproduce: String,
}

impl Cell {
    /// Where nothing was to be judged.
    pub(super) fn absent(of: String) -> Self {
        Self {
            class: "none",
            sign: '–',
            word: "no record".to_owned(),
            of,
        }
    }
}

pub(super) fn cell(verdict: Verdict, of: String) -> Cell {
    Cell {
        class: verdict.class(),
        sign: verdict.sign(),
        word: verdict.to_string(),
        of,
    }
}

pub(super) fn words(requirement: &Requirement) -> Words {
    let source = &requirement.source;
    Words {
        anchor: anchor("requirement", &requirement.id),
        id: text::printable(&requirement.id),
        title: text::printable(&requirement.title),
        text: text::printable(&requirement.text),
        source: text::printable(&format!("[{}, {}]", source.document, source.item)),
        untestable: requirement.untestable.as_deref().map(text::printable),
    }
}

/// The trials in the order of the report, a row each. Records that were
/// judged by other expectations do not share a row.
pub(super) fn rows(report: &Report) -> Vec<Row> {
    let mut groups: Vec<Vec<&Record>> = Vec::new();
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for record in &report.records {
        let same = |at: &&usize| {
            let other = groups[**at][0];
            other.must == record.must
                && other.should == record.should
                && other.requirements == record.requirements
        };
        let known = places.entry(&record.trial).or_default();
        if let Some(&at) = known.iter().find(same) {
            groups[at].push(record);
        } else {
            known.push(groups.len());
            groups.push(vec![record]);
        }
    }
    let catalogue: HashMap<&str, Words> = report
        .catalogue
        .iter()
        .map(|it| (it.id.as_str(), words(it)))
        .collect();
    groups
        .iter()
        .map(|records| row(report, &catalogue, records))
        .collect()
}

fn row(report: &Report, catalogue: &HashMap<&str, Words>, records: &[&Record]) -> Row {
    let first = records[0];
    let of = |name: &String| records.iter().find(|it| it.implementation == *name);
    let cells = report.implementations.iter().map(|it| {
        let name = text::printable(&it.name);
        of(&it.name).map_or_else(
            || Cell::absent(name.clone()),
            |it| cell(it.verdict, name.clone()),
        )
    });
    let mut verdicts: Vec<_> = records.iter().map(|it| it.verdict).collect();
    verdicts.sort_unstable();
    verdicts.dedup();
    let classes: Vec<_> = verdicts.iter().map(|it| it.class()).collect();
    let requirement = |id: &String| catalogue.get(id.as_str()).cloned();
    let judged = first.must.is_some();
    let alternatives = |set: &Vec<_>| text::shorten(&text::alternatives(set), LINE);
    Row {
        anchor: anchor("trial", &first.trial),
        trial: text::printable(&first.trial),
        topic: text::printable(&first.topic),
        family: first.family.to_string(),
        verdicts: classes.join(" "),
        differs: verdicts.len() > 1
            || (judged && records.iter().any(|it| it.observed != first.observed)),
        cells: cells.collect(),
        must: first
            .must
            .as_ref()
            .map_or_else(|| "recorded, not judged".to_owned(), alternatives),
        should: first.should.as_ref().map(alternatives),
        requirements: first.requirements.iter().filter_map(requirement).collect(),
        outcomes: records.iter().map(|it| outcome(report, it)).collect(),
    }
}

fn outcome(report: &Report, record: &Record) -> Outcome {
    let line = |it: &str| text::shorten(&text::printable(it), LINE);
    let duration = match text::seconds(record) {
        seconds if seconds >= 1.0 => format!("{seconds:.1} s"),
        seconds => format!("{:.0} ms", seconds * 1e3),
    };
    Outcome {
        implementation: text::versioned(report, &record.implementation),
        verdict: record.verdict,
        known: record.known,
        observed: text::value(&record.observed, WIDTH),
        reason: record.reason.as_deref().map(line),
        noise: record.noise.lines().take(LINES).map(line).collect(),
        duration,
        reproduce: line(&record.reproduce),
    }
}

/// A name as the target of a link.
fn anchor(kind: &str, name: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let plain = |it| if is_plain(it) { it } else { '-' };
    format!("{kind}-{}", name.chars().map(plain).collect::<String>())
}
