//! What is written in files and reports means the same when it is read back.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};
use wasi_tcp_conformance_core::{
    ErrorCodes, FAULTS, Family, Generation, Observation, Pattern, Policy, Settings, TrialName,
};

fn codes() -> ErrorCodes {
    let mut codes = ErrorCodes::default();
    codes.outcomes = ["unknown", "timeout"].map(str::to_owned).into();
    codes.others = vec!["would-block".to_owned()];
    codes
}

/// Any text, and some that has a meaning elsewhere.
fn text() -> impl Strategy<Value = String> {
    let known = select(vec![
        "",
        "ok",
        " padded\n",
        "trap:call",
        "error:unknown",
        "error:",
        "deferred:timeout",
        "$trap",
        "*",
        "null",
        "\u{0}",
        "\u{1b}[31m",
        "\u{202e}ü✓",
        "\"\\",
    ]);
    prop_oneof![
        1 => known.prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

/// A key that is no operator and no tag.
fn key() -> impl Strategy<Value = String> {
    text().prop_filter("a plain key", |key| !key.starts_with('$'))
}

/// A number. Fractions are such that their decimal digits are exact.
fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        (0_u64..4).prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
    ]
}

/// A value without anything inside.
fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number(),
        text().prop_map(Value::from),
    ]
}

/// What a guest may see.
fn seen() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(key(), inner, 0..4).prop_map(object),
        ]
    })
}

fn object(fields: impl IntoIterator<Item = (String, Value)>) -> Value {
    fields.into_iter().collect::<Map<_, _>>().into()
}

/// A pattern as it is written, and a value that it accepts.
type Accepted = (Value, Value);

/// A pattern without others inside.
fn simple() -> impl Strategy<Value = Accepted> {
    let is_exact = |value: &Value| value.as_str().is_none_or(|text| !text.ends_with('*'));
    let exactly = scalar().prop_filter("no wildcard", is_exact);
    let any_code = (
        select(vec!["error:", "deferred:"]),
        select(codes().outcomes),
    );
    let at_least = (0..u64::from(u32::MAX), 0..u64::from(u32::MAX));
    prop_oneof![
        3 => exactly.prop_map(|value| (value.clone(), value)),
        1 => any_code.prop_map(|(prefix, code)| {
            (format!("{prefix}*").into(), format!("{prefix}{code}").into())
        }),
        1 => at_least.prop_map(|(least, more)| (json!({ "$at-least": least }), json!(least + more))),
    ]
}

/// Any pattern that a value can match.
fn accepting() -> impl Strategy<Value = Accepted> {
    simple().prop_recursive(4, 32, 4, |inner| {
        let both = |pairs: Vec<Accepted>| pairs.into_iter().unzip::<_, _, Vec<_>, Vec<_>>();
        let array = vec(inner.clone(), 0..4).prop_map(move |pairs| {
            let (patterns, values) = both(pairs);
            (Value::from(patterns), Value::from(values))
        });
        let fields = btree_map(key(), inner.clone(), 0..4).prop_map(|fields| {
            let patterns = fields
                .iter()
                .map(|(key, (pattern, _))| (key.clone(), pattern.clone()));
            let values = fields
                .iter()
                .map(|(key, (_, value))| (key.clone(), value.clone()));
            (object(patterns), object(values))
        });
        let any_of = (vec(inner, 1..4), any::<Index>()).prop_map(move |(pairs, chosen)| {
            let (patterns, values) = both(pairs);
            (json!({ "$any-of": patterns }), chosen.get(&values).clone())
        });
        prop_oneof![array, fields, any_of]
    })
}

/// An observation of any kind.
fn observation() -> impl Strategy<Value = Observation> {
    let step = || option::of(text());
    prop_oneof![
        3 => seen().prop_map(Observation::Seen),
        1 => (text(), text()).prop_map(|(step, code)| Observation::Blocked { step, code }),
        1 => text().prop_map(|step| Observation::Trapped { step }),
        1 => (text(), step()).prop_map(|(how, step)| Observation::Crashed { how, step }),
        1 => step().prop_map(|step| Observation::TimedOut { step }),
        1 => step().prop_map(|step| Observation::Silent { step }),
        1 => text().prop_map(|how| Observation::NotStarted { how }),
        1 => text().prop_map(|why| Observation::Garbled { why }),
        1 => text().prop_map(|why| Observation::Unobserved { why }),
    ]
}

/// An object that looks like an observation that the guest did not state.
fn nearly_tagged() -> impl Strategy<Value = Value> {
    let tag = select(vec![
        "$blocked",
        "$trap",
        "$crash",
        "$timeout",
        "$silent",
        "$not-started",
        "$garbled",
        "$unobserved",
        "$any-of",
        "$",
    ]);
    let fields = select(vec!["step", "code", "how", "why"]);
    let fields = btree_map(fields.prop_map(str::to_owned), scalar(), 0..3).prop_map(object);
    let content = prop_oneof![scalar(), fields];
    (tag, content, option::weighted(0.2, (key(), scalar()))).prop_map(|(tag, content, more)| {
        object([(tag.to_owned(), content)].into_iter().chain(more))
    })
}

fn settings() -> impl Strategy<Value = Settings> {
    let fault = option::of(select(FAULTS));
    let version = option::of(any::<u8>().prop_map(|patch| Generation::V0_2.patch(patch)));
    (select(Policy::ALL.to_vec()), fault, version).prop_map(|(policy, fault, version)| {
        let mut settings = Settings::default();
        settings.policy = policy;
        settings.fault = fault;
        settings.version = version;
        settings
    })
}

fn trial_name() -> impl Strategy<Value = TrialName> {
    let word = || "[a-z][a-z0-9_]{0,8}";
    let generation = (0_u8..12).prop_map(|minor| format!("0.{minor}").parse().unwrap());
    let family = select(Family::ALL.to_vec());
    (generation, word(), word(), family, settings()).prop_map(
        |(generation, topic, case, family, settings): (Generation, _, _, _, _)| {
            TrialName::new(generation, topic, case, family, settings)
        },
    )
}

fn read<T: serde::de::DeserializeOwned>(value: &impl serde::Serialize) -> T {
    let text = serde_json::to_string(value).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_pattern_is_written_as_it_was_read((written, _) in accepting()) {
        let pattern: Pattern = read(&written);
        prop_assert_eq!(serde_json::to_value(&pattern).unwrap(), written);
        prop_assert_eq!(read::<Pattern>(&pattern), pattern);
    }

    #[test]
    fn a_pattern_accepts_the_same_after_it_was_read_back(
        (written, accepted) in accepting(),
        (_, other) in accepting(),
    ) {
        let pattern: Pattern = read(&written);
        let again: Pattern = read(&pattern);
        prop_assert!(pattern.matches(&accepted, &codes()), "{} {}", written, accepted);
        prop_assert!(again.matches(&accepted, &codes()), "{} {}", written, accepted);
        prop_assert_eq!(pattern.matches(&other, &codes()), again.matches(&other, &codes()));
        prop_assert!(pattern.covers(&again, &codes()) && again.covers(&pattern, &codes()));
    }

    #[test]
    fn a_pattern_that_covers_another_accepts_what_that_accepts(
        (one, _) in accepting(),
        (other, accepted) in accepting(),
    ) {
        let (one, other): (Pattern, Pattern) = (read(&one), read(&other));
        let both = Pattern::AnyOf(vec![one.clone(), other.clone()]);
        prop_assert!(both.covers(&one, &codes()) && both.covers(&other, &codes()));
        if one.covers(&other, &codes()) {
            prop_assert!(one.matches(&accepted, &codes()));
        }
    }

    #[test]
    fn a_trap_is_accepted_where_it_is_named_and_nowhere_else(
        step in text(),
        (written, _) in accepting(),
        seen in seen(),
    ) {
        let trap: Pattern = read(&json!({ "$trap": step }));
        let trapped = Observation::Trapped { step };
        prop_assert!(read::<Pattern>(&trap).accepts(&trapped, &codes()));
        prop_assert!(!trap.accepts(&Observation::Seen(seen), &codes()));
        prop_assert!(!read::<Pattern>(&written).accepts(&trapped, &codes()));
    }

    #[test]
    fn an_observation_is_read_back_as_it_was(observation in observation()) {
        prop_assert_eq!(read::<Observation>(&observation), observation);
    }

    /// Then what the guest saw and what it did not state are never confused.
    #[test]
    fn what_is_read_as_an_observation_is_written_so(
        value in prop_oneof![seen(), nearly_tagged(), vec(nearly_tagged(), 1..3).prop_map(Value::from)],
    ) {
        let read: Result<Observation, _> = serde_json::from_str(&value.to_string());
        if let Ok(observation) = read {
            let is_tagged = value.as_object().is_some_and(|object| object.keys().any(|key| key.starts_with('$')));
            prop_assert_eq!(is_tagged, !matches!(observation, Observation::Seen(_)));
            prop_assert_eq!(serde_json::to_value(&observation).unwrap(), value);
        }
    }

    #[test]
    fn settings_are_read_back_as_they_were(settings in settings()) {
        prop_assert_eq!(read::<Settings>(&settings), settings);
        let mut names = settings.names();
        names.reverse();
        let named = Settings::named(names.iter().map(String::as_str));
        prop_assert_eq!(named, Ok(settings), "in any order");
        prop_assert_eq!(names.len(), settings.descriptions().len());
    }

    #[test]
    fn a_name_of_a_trial_is_read_back_as_it_was(name in trial_name()) {
        prop_assert_eq!(name.to_string().parse(), Ok(name.clone()));
        prop_assert_eq!(read::<TrialName>(&name), name);
    }

    #[test]
    fn a_name_of_a_trial_has_one_spelling(
        name in trial_name(),
        at in any::<Index>(),
        length in 0_usize..4,
        insert in select(vec!["", "@", ",", "::", "/", "0", ".", "denied", "fd-limit", "wasi-0.2.1", "\u{0}"]),
    ) {
        let mut text = name.to_string();
        let at = at.index(text.len());
        text.replace_range(at..(at + length).min(text.len()), insert);
        if let Ok(name) = text.parse::<TrialName>() {
            prop_assert_eq!(name.to_string(), text);
        }
    }
}
