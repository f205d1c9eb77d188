//! Whole packages, from their sources to what is wrong with them.

use super::graph::Graph;
use super::{Layers, circles, packages};
use crate::fixture::Workspace;
use std::collections::BTreeSet;
use std::path::Path;

/// A package of these files of `src`, below these layers.
fn package(layers: &str, files: &[(&str, &str)]) -> Layers {
    let workspace = Workspace::new();
    workspace
        .write("host-runner/layers.toml", &format!("[p]\n{layers}"))
        .write(
            "host-runner/core/Cargo.toml",
            "[package]\nname = \"p\"\nversion = \"0.0.0\"\n",
        );
    for (path, text) in files {
        workspace.write(&format!("host-runner/core/src/{path}"), text);
    }
    Layers::read(workspace.path()).unwrap()
}

/// What is wrong with a package whose modules are all in one layer.
fn problems(files: &[(&str, &str)]) -> Vec<String> {
    let parts = files.iter().map(|(path, _)| path.split(['/', '.']).next());
    let modules: BTreeSet<_> = parts.flatten().collect();
    problems_in(&format!("all = {:?}", Vec::from_iter(modules)), files)
}

/// The same with these layers, without the folder that all files are in.
fn problems_in(layers: &str, files: &[(&str, &str)]) -> Vec<String> {
    let problems = package(layers, files).problems().into_iter();
    let short = problems.map(|problem| problem.replace("host-runner/core/src/", ""));
    short.collect()
}

const CIRCLE_OF_TWO: &str = "2 modules of p use each other in a circle: a, b\n  \
                             a.rs:2 uses b.rs\n  b.rs:1 uses a.rs";

/// What `a` and `b` are found to do to each other.
fn circle(a: &str, b: &str) -> Vec<String> {
    problems(&[("lib.rs", "mod a;\nmod b;"), ("a.rs", a), ("b.rs", b)])
}

#[test]
fn two_are_a_circle() {
    assert_eq!(
        circle(
            "\nuse crate::b::B;\npub struct A(B);",
            "pub struct B(super::a::A);"
        ),
        [CIRCLE_OF_TWO]
    );
}

#[test]
fn one_direction_is_none() {
    assert_eq!(
        circle("use crate::b::B;\npub struct A(B);", "pub struct B;"),
        [""; 0]
    );
}

#[test]
fn three_are_a_circle_through_reexports() {
    let files = [
        (
            "lib.rs",
            "mod a;\nmod b;\nmod c;\npub use a::A;\npub use b::*;\npub use self::c::inner::C as D;",
        ),
        ("a.rs", "pub struct A(crate::B);"),
        ("b.rs", "use super::{D};\npub struct B(D);"),
        (
            "c.rs",
            "pub mod inner {\n  use crate::A;\n  pub struct C(A);\n}",
        ),
    ];
    assert_eq!(
        problems(&files),
        ["3 modules of p use each other in a circle: a, b, c\n  \
          a.rs:1 uses b.rs\n  b.rs:1 uses c.rs\n  c.rs:2 uses a.rs"]
    );
}

#[test]
fn a_child_that_uses_its_parent_is_a_circle() {
    let parent = |code: &str| format!("mod b;\npub fn help() {{}}\n{code}");
    let child = "pub fn run() {\n  super::help();\n}";
    let check = |code: &str| {
        problems(&[
            ("lib.rs", "mod a;"),
            ("a/mod.rs", &parent(code)),
            ("a/b.rs", child),
        ])
    };
    for code in [
        "pub fn main() { b::run() }",
        "use b::run;",
        "use self::b::*;",
        "pub use b::run; pub fn main() { run() }",
    ] {
        assert_eq!(
            check(code),
            ["2 modules of p use each other in a circle: a, a::b\n  \
              a/mod.rs:3 uses a/b.rs\n  a/b.rs:2 uses a/mod.rs"],
            "{code}"
        );
    }
    for code in [
        "",
        "pub use b::run;",
        "pub(crate) use self::b::*;",
        "use b::{self};",
        "pub mod front { pub use super::b::run; }",
    ] {
        assert_eq!(check(code), [""; 0], "{code}");
    }
}

#[test]
fn a_parent_that_only_declares_leads_to_its_children() {
    let a = "mod b;\nmod c;\npub use c::C;";
    let files = |b| {
        [
            ("lib.rs", "mod a;"),
            ("a.rs", a),
            ("a/b.rs", b),
            ("a/c.rs", "use super::b;\npub struct C(b::B);"),
        ]
    };
    assert_eq!(problems(&files("pub struct B;")), [""; 0]);
    assert_eq!(
        problems(&files("pub struct B(Box<super::C>);")),
        ["2 modules of p use each other in a circle: a::b, a::c\n  \
          a/b.rs:1 uses a/c.rs\n  a/c.rs:2 uses a/b.rs"]
    );
}

#[test]
fn folders_are_a_circle_where_their_files_are_none() {
    assert_eq!(
        problems(&[
            ("lib.rs", "mod a;\nmod b;"),
            ("a.rs", "mod low;\nmod high;"),
            ("a/low.rs", "pub struct Low;"),
            ("a/high.rs", "use crate::b::B;\nstruct High(B);"),
            ("b.rs", "use crate::a::low::Low;\npub struct B(Low);"),
        ]),
        ["2 modules of p use each other in a circle: a, b\n  \
          a/high.rs:1 uses b.rs\n  b.rs:1 uses a/low.rs"]
    );
}

#[test]
fn tests_may_use_everything() {
    let b = "pub struct B;\n";
    for test in [
        "#[cfg(test)]\nmod tests {\n  use crate::a::A;\n}",
        "#[cfg(test)]\nuse crate::a::A;",
        "#[cfg(all(test, unix))]\nfn help() { crate::a::A; }",
        "impl B {\n  #[cfg(test)]\n  fn help() { crate::a::A; }\n}",
        "#[test]\nfn test() { assert_eq!(crate::a::A, 1); }",
    ] {
        let found = circle("use crate::b::B;\npub struct A(B);", &(b.to_owned() + test));
        assert_eq!(found, [""; 0], "{test}");
    }
    // The file of such a module is not even read.
    let files = [("lib.rs", "#[cfg(test)]\nmod tests;")];
    assert_eq!(
        problems_in("", &files),
        ["host-runner/layers.toml lists no layers for p"]
    );
}

#[test]
fn uses_are_seen_wherever_they_stand() {
    for use_of_b in [
        "use crate::b::{self as other, B as C};",
        "use crate::b::B as _;",
        "use crate::b::*;",
        "fn f() -> crate::b::B { todo!() }",
        "fn f() { let b = crate::b::b(); }",
        "fn f() { use crate::b::b; }",
        "fn f() { println!(\"{}\", crate::b::b()); }",
        "fn f() { assert!(matches!(1, [Some(crate::b::LIMIT)])); }",
        "fn f(it: u8) { match it { crate::b::LIMIT => {} _ => {} } }",
        "#[derive(crate::b::B)] struct C;",
        "#[serde(with = \"crate::b\")] struct C;",
        "#[serde(default = \"crate::b::b\")] struct C;",
        "#[arg(default_value_t = crate::b::LIMIT)] struct C;",
        "impl crate::b::B { }",
        "impl From<crate::b::B> for A { }",
        "fn f(it: impl Fn(super::b::B)) { }",
        "macro_rules! make { () => { $crate::b::b() } }",
        "fn f() { crate::b::made_by_a_macro(); }",
        "use crate::b; fn f() { let b = 1; b::b(); }",
        "mod inner { fn f() { super::super::b::b(); } }",
    ] {
        let b = "pub struct B(crate::a::A);\npub fn b() {}\npub const LIMIT: u8 = 1;";
        let a = format!("pub struct A;\n{use_of_b}");
        assert_eq!(circle(&a, b), [CIRCLE_OF_TWO], "{use_of_b}");
    }
}

#[test]
fn what_only_looks_like_a_use_is_none() {
    for no_use in [
        "/// [`B`](crate::b::B)\nfn f() {}",
        "use crate::b;",
        "use ::b::B;",
        "fn f(b: u8) { g(b); println!(\"{}\", b); }",
        "fn f() { x.b; x.b(); }",
        "pub(in crate::a) fn f() {}",
        "fn f() { json!({ b: 1 }) }",
        "fn f() { struct B; let _ = B; }",
    ] {
        let b = "pub struct B(crate::a::A);\npub fn b() {}";
        let a = format!("pub struct A;\n{no_use}");
        assert_eq!(circle(&a, b), [""; 0], "{no_use}");
    }
}

#[test]
fn variables_hide_what_a_root_reexports() {
    let lib =
        |code: &str| format!("mod run;\npub use run::run;\npub struct R;\nfn f() {{ {code} }}");
    let check = |code: &str| {
        problems(&[
            ("lib.rs", &lib(code)),
            ("run.rs", "pub fn run(r: crate::R) {}"),
        ])
    };
    assert_eq!(check("let run = 1; g(run); dbg!(run);"), [""; 0]);
    assert_eq!(check("run();").len(), 1);
    assert_eq!(check("dbg!(run());").len(), 1);
}

#[test]
fn macros_belong_to_the_file_that_defines_them() {
    let circle_of = |lib: &str, call: &str| {
        let b = format!("pub struct B;\nfn f() {{ {call}(); }}");
        problems(&[
            ("lib.rs", lib),
            (
                "a.rs",
                "use crate::b::B;\nmacro_rules! make { () => {} }\npub(crate) use make;",
            ),
            ("b.rs", &b),
        ])
    };
    assert_eq!(
        circle_of("#[macro_use]\nmod a;\nmod b;", "crate::a::make!").len(),
        1
    );
    assert_eq!(circle_of("mod a;\nmod b;\nuse a::make;", "make!").len(), 1);
    assert_eq!(circle_of("mod a;\nmod b;", "vec!"), [""; 0]);
}

#[test]
fn imports_that_lead_in_circles_end() {
    assert_eq!(
        circle(
            "pub use crate::b::*;\nuse self::X;\nfn f() { X; }",
            "pub use crate::a::*;\nuse crate::a::Y;"
        ),
        [""; 0]
    );
}

#[test]
fn a_program_knows_its_library_by_name() {
    let files = [
        ("lib.rs", "pub mod a;\npub fn main() {}"),
        ("a.rs", "pub fn run() {}"),
        (
            "main.rs",
            "mod shell;\nfn main() { p::a::run(); shell::f(); }",
        ),
        ("shell.rs", "pub fn f() { p::main(); }"),
    ];
    let text = package("all = [\"a\", \"shell\"]", &files).text();
    assert_eq!(
        text,
        "p\n  root\n    lib\n    main: a, shell\n  all\n    a\n    shell: lib\n"
    );
}

#[test]
fn a_use_that_leads_up_is_a_violation() {
    let files = [
        ("lib.rs", "mod a;\nmod b;\nmod c;\npub const LIMIT: u8 = 1;"),
        ("a.rs", "//! A.\n\npub struct A(crate::b::inner::B);"),
        ("b.rs", "pub mod inner;"),
        ("b/inner.rs", "pub struct B;"),
        ("c.rs", "use crate::{LIMIT, a::A, b::inner::B};"),
    ];
    assert_eq!(
        problems_in("low = [\"a\"]\nhigh = [\"b\", \"c\"]", &files),
        [
            "a.rs:3: `a` of the layer `low` uses `b::inner` of `high`, which is above it",
            "c.rs:1: `c` of the layer `high` uses `lib` of `root`, which is above it",
        ]
    );
    let listed = "bottom = [\"lib\", \"b::inner\"]\nlow = [\"a\"]\nhigh = [\"b\", \"c\"]";
    assert_eq!(problems_in(listed, &files), [""; 0]);
}

#[test]
fn modules_and_the_order_name_each_other() {
    let files = [("lib.rs", "mod a;\nmod b;"), ("a.rs", ""), ("b.rs", "")];
    assert_eq!(
        problems_in("low = [\"a\", \"c\"]\nhigh = [\"a\"]\n[q]\n", &files),
        [
            "host-runner/layers.toml lists q, but there is no such package",
            "host-runner/layers.toml lists `c` in `low`, but p has no such module",
            "host-runner/layers.toml lists `a` of p twice, in `low` and in `high`",
            "host-runner/layers.toml does not list `b` of p (b.rs)",
        ]
    );
}

#[test]
fn code_that_cannot_be_read_is_named() {
    let workspace = Workspace::new();
    let error = || {
        let error = Layers::read(workspace.path()).err().unwrap();
        format!("{error:#}").replace(&workspace.path().display().to_string(), "")
    };
    workspace.write("host-runner/Cargo.toml", "[package]\nname = \"p\"\n");
    assert_eq!(error(), "p has neither src/lib.rs nor src/main.rs");
    workspace.write("host-runner/src/lib.rs", "\nmod a;");
    assert_eq!(
        error(),
        "failed to find the file of `mod a` at host-runner/src/lib.rs:2: it is not in \
         /host-runner/src"
    );
    workspace.write("host-runner/src/a.rs", "\n\nfn 1() {}");
    assert!(
        error().starts_with("failed to parse /host-runner/src/a.rs: line 3: "),
        "{}",
        error()
    );
}

#[test]
fn layers_and_packages_are_drawn() {
    let workspace = Workspace::new();
    let manifest = |name: &str, dependencies: &str| {
        format!("[package]\nname = \"{name}\"\n[dependencies]\n{dependencies}")
    };
    workspace
        .write(
            "host-runner/layers.toml",
            "[core]\nlow = [\"a\"]\nhigh = [\"b\"]\n[cli]\nall = [\"c\"]\n",
        )
        .write(
            "host-runner/core/Cargo.toml",
            &manifest("core", "cli2 = \"1\""),
        )
        .write("host-runner/core/src/lib.rs", "mod a;\nmod b;")
        .write("host-runner/core/src/a.rs", "pub struct A;")
        .write("host-runner/core/src/b.rs", "use crate::a::A;")
        .write(
            "host-runner/cli/Cargo.toml",
            &manifest("cli", "x = { package = \"core\", path = \"../core\" }"),
        )
        .write("host-runner/cli/src/main.rs", "mod c;")
        .write("host-runner/cli/src/c.rs", "use x::A;");
    let layers = Layers::read(workspace.path()).unwrap();
    assert_eq!(layers.problems(), [""; 0]);
    assert_eq!(layers.count(), 5);
    assert_eq!(
        layers.chart().unwrap(),
        "```mermaid\nflowchart TB\n  subgraph p0[\"cli\"]\n    p0l0[\"<b>all</b><br>c\"]\n  end\n  \
         subgraph p1[\"core\"]\n    p1l1[\"<b>high</b><br>b\"]\n    p1l0[\"<b>low</b><br>a\"]\n    \
         p1l1 --> p1l0\n  end\n  p0 --> p1\n```\n"
    );
}

/// These tasks keep to what they check.
#[test]
fn xtask_has_no_circle() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let package = packages::read(folder.to_owned()).unwrap();
    let graph = Graph::of(folder.parent().unwrap(), package).unwrap();
    assert!(graph.uses.len() > 20);
    assert_eq!(circles::find(&graph), [""; 0]);
}
