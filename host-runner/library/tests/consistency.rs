//! The parts of the suite fit together: guests, expectations, requirements,
//! manifest, schema.

use expect_test::expect_file;
use std::path::Path;
use wasi_tcp_conformance::{Suite, embedded_files, schema, trial};

// Shared by its path: a dependency on xtask would build its tools, and much
// of wasmtime a second time with other features.
#[path = "../../xtask/src/manifest.rs"]
mod manifest;

use manifest::{Manifest, source_digest};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Loading checks guests against expectations and requirements, both ways;
/// `bad_data.rs` shows that each of these checks can fail.
#[test]
fn the_suite_loads() {
    Suite::embedded().unwrap();
}

#[test]
fn the_components_were_built_from_these_sources() {
    let guests = root().join("guest-tests");
    let manifest = Manifest::read(&guests.join("components")).unwrap();
    assert_eq!(
        manifest.sources,
        source_digest(&guests).unwrap(),
        "the guests changed: run `cargo xtask build-guests` and commit what it writes"
    );
}

#[test]
fn every_guest_is_a_topic() {
    let suite = Suite::embedded().unwrap();
    let mut sources: Vec<String> = std::fs::read_dir(root().join("guest-tests/src/bin"))
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    sources.sort();
    let mut topics: Vec<_> = suite
        .topics
        .iter()
        .chain([&suite.preflight])
        .map(|topic| topic.name.clone())
        .collect();
    topics.sort();
    assert_eq!(topics, sources);
}

#[test]
fn trials_have_names_of_their_own() {
    let suite = Suite::embedded().unwrap();
    let mut names: Vec<_> = trial::all(&suite)
        .iter()
        .map(|it| it.id.to_string())
        .collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}

/// What the topic is named after: a component without a network handle.
#[test]
fn no_network_imports_no_instance_network() {
    let imports = |topic: &str| {
        let files = embedded_files();
        let component = &files[&format!("guest-tests/components/{topic}.wasm")];
        let needle = b"wasi:sockets/instance-network@";
        component.windows(needle.len()).any(|it| it == needle)
    };
    assert!(!imports("no_network"));
    assert!(imports("create"), "the name must be found where it is");
}

#[test]
fn the_schema_is_that_of_the_types() {
    expect_file!["../../expectations/schema.json"].assert_eq(&schema::expectations());
}

/// The README counts; the suite decides.
#[test]
fn the_readme_counts_right() {
    let suite = Suite::embedded().unwrap();
    let trials = trial::all(&suite);
    let cases: usize = suite
        .topics
        .iter()
        .map(|topic| {
            let mut cases: Vec<_> = topic.expectations.iter().map(|it| &it.case).collect();
            cases.sort();
            cases.dedup();
            cases.len()
        })
        .sum();
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let line = format!(
        "{} requirements, {} topics, {cases} cases, {} trials",
        suite.requirements.len(),
        suite.topics.len(),
        trials.len()
    );
    assert!(readme.contains(&line), "the README has to say: {line}");
}
