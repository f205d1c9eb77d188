//! What changed from one report to the next, trial by trial.

use super::words::versions;
use askama::Template;
use std::collections::HashMap;
use std::fmt::Write as _;
use wasi_tcp_conformance::internal::{explanation, observed};
use wasi_tcp_conformance::report::{Record, Report};
use wasi_tcp_conformance::{Untrusted, Verdict};
use wasi_tcp_conformance_core::shorten;

/// The longest observation, in characters.
const WIDTH: usize = 300;

/// How many changes of a kind a terminal shows; of regressions, all.
const ROWS: usize = 20;

/// What changed between two reports.
#[derive(Debug)]
pub struct Comparison {
    /// What was compared, in words: each report's file, implementations, suite.
    sides: [String; 2],
    /// What a reader has to know to read it right.
    notes: Vec<String>,
    changes: Vec<Change>,
    unchanged: usize,
    /// Whether the later report lacks trials that were to be judged, or that the
    /// same suite judged before.
    incomplete: bool,
}

/// How a trial changed, from what matters most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// It was allowed, and is not any more.
    Regressed,
    /// It was judged, and nothing is known any more.
    Lost,
    /// It is still not allowed, and something else is seen.
    FailsOtherwise,
    /// It was as documented, and now is only allowed.
    NewDeviation,
    /// Something else is seen, which is as good.
    Changed,
    /// The same is seen, and other expectations judge it.
    JudgedOtherwise,
    /// It is better than it was.
    Fixed,
    /// It was not judged before.
    New,
    /// It is not in the later report.
    Gone,
}

/// A trial that changed.
#[derive(Debug)]
struct Change {
    kind: Kind,
    trial: String,
    implementation: Untrusted,
    before: String,
    after: String,
    /// What there is to say of the later record.
    explanation: String,
    broke: bool,
}

/// What a verdict says of the behaviour, whatever a baseline lists.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Conduct {
    Wrong,
    Deviating,
    Right,
}

impl Kind {
    /// Every kind.
    const ALL: [Self; 9] = [
        Self::Regressed,
        Self::Lost,
        Self::FailsOtherwise,
        Self::NewDeviation,
        Self::Changed,
        Self::JudgedOtherwise,
        Self::Fixed,
        Self::New,
        Self::Gone,
    ];

    fn words(self) -> &'static str {
        match self {
            Self::Regressed => "regressed",
            Self::Lost => "not judged any more",
            Self::FailsOtherwise => "fails in another way",
            Self::NewDeviation => "new deviations",
            Self::Changed => "changed within what is allowed",
            Self::JudgedOtherwise => "judged by other expectations",
            Self::Fixed => "fixed",
            Self::New => "new",
            Self::Gone => "gone",
        }
    }
}

impl Comparison {
    /// Compares two reports, each with the name of its file.
    ///
    /// Where each is about one implementation, these are compared whatever
    /// their names; else those of the same name.
    #[must_use]
    pub fn between(old: (&str, &Report), new: (&str, &Report)) -> Self {
        let alone = old.1.implementations.len() == 1 && new.1.implementations.len() == 1;
        let key = |it: &Record| {
            let of = (!alone).then(|| it.implementation.clone());
            (it.trial.clone(), of)
        };
        let before: HashMap<_, _> = old.1.records.iter().map(|it| (key(it), it)).collect();
        let after: HashMap<_, _> = new.1.records.iter().map(|it| (key(it), it)).collect();
        let mut changes = Vec::new();
        let mut unchanged = 0;
        for it in &new.1.records {
            let past = before.get(&key(it)).copied();
            match kind((past, old.1), (it, new.1)) {
                Some(kind) => changes.push(change(kind, past, Some(it), new.1)),
                None => unchanged += 1,
            }
        }
        for it in &old.1.records {
            if !after.contains_key(&key(it)) {
                changes.push(change(Kind::Gone, Some(it), None, old.1));
            }
        }
        let same_suite = old.1.suite.digest == new.1.suite.digest;
        let left_out = changes.iter().filter(|it| it.kind == Kind::Gone).count();
        let mut notes = notes(old.1, new.1);
        if same_suite && left_out > 0 {
            notes.push(format!(
                "the later report lacks trials that the same suite judged before, {left_out} in all: \
                 did a filter leave them out?"
            ));
        }
        Self {
            sides: [side(old), side(new)],
            notes,
            incomplete: new.1.records.len() < new.1.planned || (same_suite && left_out > 0),
            changes,
            unchanged,
        }
    }

    /// How many trials changed like this.
    #[must_use]
    fn count(&self, kind: Kind) -> usize {
        self.of(kind).count()
    }

    /// 1 where something regressed, 3 where trials were lost or left out, or the
    /// adapter broke, else 0.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        if self.count(Kind::Regressed) > 0 {
            1
        } else if self.incomplete || self.changes.iter().any(|it| it.broke) {
            3
        } else {
            0
        }
    }

    /// The comparison for a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |words: &str| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{words}");
        };
        line(&format!("from  {}", self.sides[0]));
        line(&format!("to    {}", self.sides[1]));
        for note in &self.notes {
            line(&format!("note  {note}"));
        }
        // The worst last: that is where the eye is.
        for kind in Kind::ALL.into_iter().rev() {
            if self.count(kind) > 0 {
                line(&format!("\n{} ({}):\n", kind.words(), self.count(kind)));
            }
            let rows = if kind == Kind::Regressed {
                usize::MAX
            } else {
                ROWS
            };
            for it in self.of(kind).take(rows) {
                line(&format!("    {} of {}", it.trial, it.implementation));
                line(&format!("      before  {}", it.before));
                line(&format!("      after   {}", it.after));
                if kind == Kind::Regressed {
                    for said in it.explanation.lines() {
                        line(&format!("      {said}"));
                    }
                    line("");
                }
            }
            let rest = self.count(kind).saturating_sub(rows);
            if rest > 0 {
                line(&format!("    … and {rest} more: see --markdown FILE"));
            }
        }
        line(&format!("\n{}", self.summary()));
        text
    }

    /// The comparison as Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut rows = 64;
        loop {
            let kinds = Kind::ALL.into_iter().filter(|it| self.count(*it) > 0);
            let document = Document {
                comparison: self,
                sections: kinds.map(|it| self.section(it, rows)).collect(),
            };
            let text = document.render().unwrap_or_default();
            if text.len() <= super::markdown::LIMIT || rows == 0 {
                return text;
            }
            rows /= 2;
        }
    }

    fn section(&self, kind: Kind, rows: usize) -> Section<'_> {
        Section {
            title: kind.words(),
            open: kind == Kind::Regressed,
            count: self.count(kind),
            changes: self.of(kind).take(rows).collect(),
        }
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(move |it| it.kind == kind)
    }

    /// The counts, in one sentence.
    fn summary(&self) -> String {
        let counts: Vec<_> = Kind::ALL
            .into_iter()
            .filter(|it| self.count(*it) > 0)
            .map(|it| format!("{} {}", self.count(it), it.words()))
            .chain([format!("{} unchanged", self.unchanged)])
            .collect();
        counts.join(", ")
    }
}

#[derive(Template)]
#[template(path = "compare.md")]
struct Document<'a> {
    comparison: &'a Comparison,
    sections: Vec<Section<'a>>,
}

/// What changed in one way.
struct Section<'a> {
    title: &'static str,
    open: bool,
    count: usize,
    changes: Vec<&'a Change>,
}

fn conduct(record: &Record, report: &Report) -> Option<Conduct> {
    let documented = || {
        let codes = report.catalogue(record.trial.generation);
        let codes = codes.map(|it| it.error_codes.clone()).unwrap_or_default();
        let accepts = |set: &[wasi_tcp_conformance::Pattern]| {
            let observed = record.observed.as_ref();
            observed.is_some_and(|it| set.iter().any(|pattern| pattern.accepts(it, &codes)))
        };
        record.should.as_deref().is_none_or(accepts)
    };
    match record.verdict {
        Verdict::Fail | Verdict::KnownFailure => Some(Conduct::Wrong),
        Verdict::Deviation => Some(Conduct::Deviating),
        // A failure that did not happen: what happened may still deviate.
        Verdict::StaleKnownFailure if !documented() => Some(Conduct::Deviating),
        Verdict::StaleKnownFailure | Verdict::Pass => Some(Conduct::Right),
        // Nothing was seen, or nothing that says anything.
        _ => None,
    }
}

/// How a trial changed, if it did.
fn kind(before: (Option<&Record>, &Report), after: (&Record, &Report)) -> Option<Kind> {
    let (Some(past), now) = (before.0, after.0) else {
        return Some(Kind::New);
    };
    let same = past.observed == now.observed;
    let (was, is) = match (conduct(past, before.1), conduct(now, after.1)) {
        (None, None) => return None,
        (None, Some(_)) => return Some(Kind::New),
        (Some(_), None) => return Some(Kind::Lost),
        (Some(was), Some(is)) => (was, is),
    };
    match (was, is) {
        _ if was == is && same => None,
        _ if same => Some(Kind::JudgedOtherwise),
        (Conduct::Wrong, Conduct::Wrong) => Some(Kind::FailsOtherwise),
        (_, Conduct::Wrong) => Some(Kind::Regressed),
        (Conduct::Right, Conduct::Deviating) => Some(Kind::NewDeviation),
        _ if is > was => Some(Kind::Fixed),
        _ => Some(Kind::Changed),
    }
}

fn change(kind: Kind, before: Option<&Record>, after: Option<&Record>, report: &Report) -> Change {
    let said = |it: Option<&Record>| match it {
        None => "not in the report".to_owned(),
        Some(record) => {
            let reason = record
                .reason
                .as_ref()
                .filter(|_| conduct(record, report).is_none());
            let reason = reason.map_or_else(String::new, |it| format!(": {it}"));
            let observed = observed(record, WIDTH);
            let separator = if observed.is_empty() { "" } else { " " };
            let said = format!("{}{separator}{observed}{reason}", record.verdict);
            shorten(&said, 2 * WIDTH)
        }
    };
    let record = after.or(before);
    Change {
        kind,
        trial: record.map_or_else(String::new, |it| it.trial.to_string()),
        implementation: record.map_or_else(Untrusted::default, |it| it.implementation.clone()),
        before: said(before),
        after: said(after),
        explanation: record.map_or_else(String::new, |it| explanation(report, it)),
        broke: kind == Kind::Lost && after.is_some_and(|it| it.verdict == Verdict::Error),
    }
}

fn side((file, report): (&str, &Report)) -> String {
    let names = report.implementations.iter();
    let names: Vec<_> = names
        .map(|it| report.versioned(&it.name).to_string())
        .collect();
    format!("{}: {}", Untrusted::from(file), names.join(", "))
}

fn notes(old: &Report, new: &Report) -> Vec<String> {
    let mut notes = Vec::new();
    if old.suite.digest != new.suite.digest {
        notes.push(format!(
            "the suites differ ({} and {}): a verdict may have changed because its expectation did",
            old.suite.version, new.suite.version
        ));
    }
    let (before, after) = (versions(old), versions(new));
    if before != after {
        notes.push(format!("the guests imported WASI {before}, then {after}"));
    }
    if new.records.len() < new.planned {
        let (got, planned) = (new.records.len(), new.planned);
        notes.push(format!(
            "the later report has {got} of {planned} trials: some were lost"
        ));
    }
    notes
}
