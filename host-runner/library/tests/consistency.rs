//! The parts of the suite fit together: guests, expectations, requirements,
//! settings, manifest, schema.

use expect_test::expect_file;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use wasi_tcp_conformance::internal::{Place, embedded_files};
use wasi_tcp_conformance::{Claims, Family, Fault, Generation, Suite, Trial};
use wasi_tcp_conformance_core::walk::ModelFile;
use wasi_tcp_conformance_core::{ExpectationFile, FAULTS, HostFacts, Need, Policy, applicable};

// Shared by its path: a dependency on xtask would build its tools, and much
// of wasmtime a second time with other features.
#[path = "../../../xtask/src/manifest.rs"]
mod manifest;

use manifest::{Manifest, source_digest};

/// A path in the repository.
fn path(below: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(below)
}

/// Loading checks guests against expectations and requirements, both ways;
/// `bad_data.rs` shows that each of these checks can fail.
#[test]
fn the_suite_loads() {
    Suite::embedded().unwrap();
}

#[test]
fn the_components_were_built_from_these_sources() {
    for part in Suite::embedded().unwrap().generations {
        let generation = part.generation.to_string();
        let folder = path("guest-tests/components").join(&generation);
        assert_eq!(
            Manifest::read(&folder).unwrap().sources,
            source_digest(&path("guest-tests"), &generation).unwrap(),
            "the guests changed: run `cargo xtask build-guests` and commit what it writes"
        );
    }
}

#[test]
fn every_guest_is_a_topic() {
    for part in Suite::embedded().unwrap().generations {
        let folder = path(&format!("guest-tests/{}/src/bin", part.generation));
        let sources: BTreeSet<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        let topics = part.topics.iter().chain([&part.preflight]);
        let topics: BTreeSet<_> = topics.map(|topic| topic.name.clone()).collect();
        assert_eq!(topics, sources);
    }
}

/// `explain --guest-source` prints what is there. A function that is several cases has
/// the beginning of their names, or names them above.
#[test]
fn the_place_of_a_case_is_where_its_function_is() {
    for part in Suite::embedded().unwrap().generations {
        for (case, place) in part.topics.iter().flat_map(|topic| &topic.places) {
            let Place {
                file, first, last, ..
            } = place;
            let source = fs::read_to_string(path(file)).unwrap();
            let lines = source.lines().skip(first - 1).take(last + 1 - first);
            let mut functions = lines.filter_map(|line| line.strip_prefix("fn "));
            let function = functions.next().and_then(|head| head.split('(').next());
            let above: Vec<_> = source.lines().take(first - 1).collect();
            let attribute = above.iter().rev().take_while(|line| !line.is_empty());
            let names = format!("    {case} = (");
            assert!(
                function.is_some_and(|name| case.starts_with(name))
                    || attribute.copied().any(|line| line.starts_with(&names)),
                "{file}:{first} is not the case {case}"
            );
        }
        for topic in &part.topics {
            let mut cases = topic.expectations.iter().map(|it| it.guest_case());
            assert!(
                cases.all(|case| topic.places.contains_key(case)),
                "{}",
                topic.name
            );
        }
    }
}

#[test]
fn trials_have_names_of_their_own() {
    let suite = Suite::embedded().unwrap();
    assert_eq!(suite.known_trials().len(), suite.trial_names().len());
}

#[test]
fn every_setting_is_used_by_a_trial() {
    let trials = Suite::embedded().unwrap().trials();
    let is_used = |name: &str| {
        let mut settings = trials.iter().map(|trial| trial.name.settings);
        settings.any(|settings| settings.names().iter().any(|used| used == name))
    };
    for fault in FAULTS {
        assert!(is_used(fault.name), "{}", fault.name);
    }
    for policy in Policy::ALL.iter().copied() {
        assert!(
            policy == Policy::Allowed || is_used(policy.name()),
            "{policy}"
        );
    }
}

/// What a host of another system is not asked for: the trials that `hosts` keeps
/// away, and no other.
#[test]
fn other_systems_are_asked_for_less() {
    let trials = Suite::embedded().unwrap().trials();
    let shared = Claims::new([Generation::V0_2.patch(12)]).with_policies(Policy::ALL);
    let own = shared.clone().with_own_loopback();
    let loopbacks = Family::ALL.map(|family| (Need::Loopback(family), Ok(())));
    let faults = FAULTS.iter().filter_map(|fault| Fault::named(fault.name));
    let faults = faults.map(|fault| (Need::Fault(fault), Ok(())));
    let mut host = HostFacts::new(loopbacks.into_iter().chain(faults));
    let mut kept_away = |os: &str| {
        host.os = os.into();
        // Whether guests have a loopback of their own is no matter of the system.
        let is_kept_away = |trial: &&Trial| {
            let (name, expectation) = (&trial.name, &trial.expectation);
            let claims = if expectation.own_loopback {
                &own
            } else {
                &shared
            };
            applicable("mine", claims, name, expectation, &host).is_err()
        };
        let cases = trials.iter().filter(is_kept_away);
        let cases: BTreeSet<_> = cases.map(|trial| trial.name.case_name()).collect();
        cases.into_iter().collect::<Vec<_>>()
    };
    assert!(kept_away("linux").is_empty());
    let buffers = [
        "0.2/options_inherited::after_listen_receive_buffer_size",
        "0.2/options_inherited::after_listen_send_buffer_size",
        "0.2/options_inherited::inherited_receive_buffer_size",
        "0.2/options_inherited::inherited_send_buffer_size",
        "0.2/options_kept::kept_receive_buffer_size",
        "0.2/options_kept::kept_send_buffer_size",
        "0.2/options_series::after_shutdown_receive_buffer_size",
        "0.2/options_series::after_shutdown_send_buffer_size",
        "0.2/options_series::series_receive_buffer_size",
        "0.2/options_series::series_send_buffer_size",
        "0.2/outbound_options::kept_buffer_sizes",
    ];
    let ports = ["0.2/addresses::reuse_peer_open"];
    let loopbacks = ["0.2/addresses::second_loopback_address"];
    let denied = [
        "0.2/one_address::closed_after_denied",
        "0.2/one_address::closed_after_denied_from_bound",
        "0.2/one_address::denied_connect",
        "0.2/one_address::denied_connect_from_bound",
    ];
    assert_eq!(kept_away("windows"), [&ports[..], &buffers].concat());
    for os in ["macos", "freebsd"] {
        let expected = [&ports[..], &loopbacks, &denied, &buffers].concat();
        assert_eq!(kept_away(os), expected, "{os}");
    }
}

/// What the topic is named after: a component without a network handle.
#[test]
fn no_network_imports_no_instance_network() {
    let imports = |topic: &str| {
        let files = embedded_files();
        let component = &files[&format!("guest-tests/components/0.2/{topic}.wasm")];
        let needle = b"wasi:sockets/instance-network@";
        component.windows(needle.len()).any(|bytes| bytes == needle)
    };
    assert!(!imports("no_network"));
    assert!(imports("create"), "the name must be found where it is");
}

#[test]
fn the_schemas_are_those_of_the_types() {
    let schema = schemars::schema_for!(ExpectationFile<'_>);
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    expect_file!["../../../expectations/schema.json"].assert_eq(&text);
    let schema = schemars::schema_for!(ModelFile<'_>);
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    expect_file!["../../../expectations/model.schema.json"].assert_eq(&text);
}
