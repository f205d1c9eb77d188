//! Where an observation departs from what was expected.

use serde_json::{Map, Value};
use wasi_tcp_conformance::internal::observed;
use wasi_tcp_conformance::report::{Record, Report};
use wasi_tcp_conformance::{Observation, Pattern, Untrusted, Verdict};
use wasi_tcp_conformance_core::ErrorCodes;

/// A part of an observation as JSON.
pub(super) struct Piece {
    pub(super) text: String,
    /// Whether this part is what was not expected.
    pub(super) differs: bool,
}

/// The observation of a record, in pieces. Of an object that is compared with one,
/// the fields that differ are told from those that do not.
pub(super) fn pieces(report: &Report, record: &Record, width: usize) -> Vec<Piece> {
    let whole = || {
        vec![Piece {
            text: observed(record, width),
            differs: false,
        }]
    };
    let set = match record.verdict {
        Verdict::Deviation => record.should.as_deref().or(record.must.as_deref()),
        _ => record.must.as_deref(),
    };
    let codes = report.catalogue(record.trial.generation);
    match (&record.observed, set, codes) {
        (Some(Observation::Seen(Value::Object(object))), Some(set), Some(catalogue))
            if object.len() > 1 && observed(record, width + 1).chars().count() <= width =>
        {
            fields(object, set, &catalogue.error_codes).unwrap_or_else(whole)
        }
        _ => whole(),
    }
}

/// The fields of an object, compared with the pattern that comes nearest.
fn fields(object: &Map<String, Value>, set: &[Pattern], codes: &ErrorCodes) -> Option<Vec<Piece>> {
    let departures = |pattern: &Pattern| match pattern {
        Pattern::Object(expected) if expected.len() == object.len() => {
            let expected = |key: &String| {
                let mut fields = expected.iter();
                fields.find(|(name, _)| name == key).map(|(_, it)| it)
            };
            object
                .iter()
                .map(|(key, value)| Some(!expected(key)?.matches(value, codes)))
                .collect::<Option<Vec<bool>>>()
        }
        _ => None,
    };
    let count = |differs: &Vec<bool>| differs.iter().filter(|it| **it).count();
    let nearest = set.iter().filter_map(departures).min_by_key(count)?;
    let mut pieces = Vec::new();
    for ((key, value), differs) in object.iter().zip(nearest) {
        let start = if pieces.is_empty() { "{" } else { "," };
        let text = format!("{}:{value}", Value::from(key.as_str()));
        for (text, differs) in [(start.to_owned(), false), (text, differs)] {
            pieces.push(Piece {
                text: Untrusted::from(text).to_string(),
                differs,
            });
        }
    }
    pieces.push(Piece {
        text: "}".to_owned(),
        differs: false,
    });
    Some(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_that_are_not_expected_are_told_apart() {
        let object = json!({ "bind": "ok", "listen": "error:unknown" });
        let set: Vec<Pattern> =
            serde_json::from_value(json!([{ "bind": "ok", "listen": "ok" }, "never"])).unwrap();
        let pieces = fields(object.as_object().unwrap(), &set, &ErrorCodes::default()).unwrap();
        let text: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(text, object.to_string());
        let marked: Vec<_> = pieces.iter().filter(|piece| piece.differs).collect();
        assert_eq!(marked.len(), 1);
        assert_eq!(marked[0].text, r#""listen":"error:unknown""#);
    }
}
