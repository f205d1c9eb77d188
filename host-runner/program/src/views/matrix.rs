//! Trials by implementations: the rows that the HTML page shows.

use super::appearance::Appearance as _;
use super::difference::{Piece, pieces};
use super::words::seconds;
use std::collections::HashMap;
use wasi_tcp_conformance::internal::alternatives;
use wasi_tcp_conformance::report::{Record, Report};
use wasi_tcp_conformance::{Generation, Requirement, Untrusted, Verdict};
use wasi_tcp_conformance_core::shorten;

/// The longest observation that is shown, in characters.
const WIDTH: usize = 4000;

/// The longest line of anything else, and how many lines of standard error.
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
    pub(super) otherwise: Option<String>,
    pub(super) requirements: Vec<Described>,
    pub(super) outcomes: Vec<Outcome>,
}

/// A verdict at a place where rows and columns meet.
pub(super) struct Cell {
    pub(super) class: &'static str,
    pub(super) sign: char,
    pub(super) word: String,
    /// What it is of: the implementation, or so many trials.
    pub(super) of: Untrusted,
}

/// A requirement, with its place in the page.
#[derive(Clone)]
pub(super) struct Described {
    pub(super) anchor: String,
    pub(super) id: Untrusted,
    pub(super) title: Untrusted,
    pub(super) text: Untrusted,
    pub(super) source: String,
    pub(super) untestable: Option<Untrusted>,
    pub(super) tentative: Option<Otherwise>,
}

/// How else a tentative requirement is read.
#[derive(Clone)]
pub(super) struct Otherwise {
    pub(super) text: Untrusted,
    pub(super) link: Untrusted,
    /// Whether the link may be followed: a saved report may hold anything.
    pub(super) is_web: bool,
}

/// What one implementation did.
pub(super) struct Outcome {
    pub(super) implementation: Untrusted,
    pub(super) verdict: Verdict,
    pub(super) known: bool,
    /// Whether anything was observed.
    pub(super) is_seen: bool,
    pub(super) observed: Vec<Piece>,
    pub(super) reason: Option<String>,
    pub(super) stderr: Vec<String>,
    pub(super) duration: String,
    pub(super) reproduce: String,
}

impl Cell {
    /// Where nothing was to be judged.
    pub(super) fn absent(of: Untrusted) -> Self {
        Self {
            class: "none",
            sign: '–',
            word: "no record".to_owned(),
            of,
        }
    }
}

pub(super) fn cell(verdict: Verdict, of: Untrusted) -> Cell {
    Cell {
        class: verdict.class(),
        sign: verdict.sign(),
        word: verdict.to_string(),
        of,
    }
}

pub(super) fn described(generation: Generation, requirement: &Requirement) -> Described {
    let source = &requirement.source;
    Described {
        anchor: anchor("requirement", &format!("{generation}-{}", requirement.id)),
        id: requirement.id.clone(),
        title: requirement.title.clone(),
        text: requirement.text.clone(),
        source: format!("[{}, {}]", source.document, source.item),
        untestable: requirement.untestable.clone(),
        tentative: requirement.tentative.as_ref().map(|it| Otherwise {
            text: it.otherwise.clone(),
            link: it.link.clone(),
            is_web: it.link.as_raw().starts_with("https://"),
        }),
    }
}

/// The trials in the order of the report, a row each. Records that were
/// judged by other expectations do not share a row.
pub(super) fn rows(report: &Report) -> Vec<Row> {
    let mut groups: Vec<Vec<&Record>> = Vec::new();
    let mut places: HashMap<_, Vec<usize>> = HashMap::new();
    for record in &report.records {
        let same = |at: &&usize| {
            let other = groups[**at][0];
            other.must == record.must
                && other.should == record.should
                && other.otherwise == record.otherwise
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
    let catalogue: Catalogue<'_> = report
        .requirements()
        .map(|(generation, it)| ((generation, &it.id), described(generation, it)))
        .collect();
    groups
        .iter()
        .map(|records| row(report, &catalogue, records))
        .collect()
}

/// The requirements by generation and id.
type Catalogue<'a> = HashMap<(Generation, &'a Untrusted), Described>;

fn row(report: &Report, catalogue: &Catalogue<'_>, records: &[&Record]) -> Row {
    let first = records[0];
    let of = |name: &Untrusted| records.iter().find(|it| it.implementation == *name);
    let cells = report.implementations.iter().map(|it| {
        let name = &it.name;
        of(&it.name).map_or_else(
            || Cell::absent(name.clone()),
            |it| cell(it.verdict, name.clone()),
        )
    });
    let mut verdicts: Vec<_> = records.iter().map(|it| it.verdict).collect();
    verdicts.sort_unstable();
    verdicts.dedup();
    let classes: Vec<_> = verdicts.iter().map(|it| it.class()).collect();
    let generation = first.trial.generation;
    let requirement = |id| catalogue.get(&(generation, id)).cloned();
    let judged = first.must.is_some();
    let shown = |set: &Vec<_>| shorten(&alternatives(set), LINE);
    Row {
        anchor: anchor("trial", &first.trial.to_string()),
        trial: first.trial.to_string(),
        topic: format!("{generation}/{}", first.trial.topic),
        family: first.trial.family.to_string(),
        verdicts: classes.join(" "),
        differs: verdicts.len() > 1
            || (judged && records.iter().any(|it| it.observed != first.observed)),
        cells: cells.collect(),
        must: first
            .must
            .as_ref()
            .map_or_else(|| "recorded, not judged".to_owned(), shown),
        should: first.should.as_ref().map(shown),
        otherwise: first.otherwise.as_ref().map(shown),
        requirements: first.requirements.iter().filter_map(requirement).collect(),
        outcomes: records.iter().map(|it| outcome(report, it)).collect(),
    }
}

fn outcome(report: &Report, record: &Record) -> Outcome {
    let duration = match seconds(record) {
        seconds if seconds >= 1.0 => format!("{seconds:.1} s"),
        seconds => format!("{:.0} ms", seconds * 1e3),
    };
    Outcome {
        implementation: report.versioned(&record.implementation),
        verdict: record.verdict,
        known: record.is_known(),
        is_seen: record.observed.is_some(),
        observed: pieces(report, record, WIDTH),
        reason: record.reason.as_ref().map(|it| it.shortened(LINE)),
        stderr: record
            .stderr
            .lines()
            .take(LINES)
            .map(|it| it.shortened(LINE))
            .collect(),
        duration,
        reproduce: record.reproduce.shortened(LINE),
    }
}

/// A name as the target of a link.
fn anchor(kind: &str, name: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let plain = |it| if is_plain(it) { it } else { '-' };
    format!("{kind}-{}", name.chars().map(plain).collect::<String>())
}
