//! A runtime of shell, with the file that describes it.
#![allow(dead_code, reason = "each test uses a part of it")]

use crate::program::{self, Said};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs;
use tempfile::TempDir;
use wasi_tcp_conformance::{Generation, Suite};

/// The trial for which the runtime does what it is told.
pub const TRIAL: &str = "0.2/unbound::local_address::ipv4";

/// A runtime of a few lines of shell. It passes the preflight, and does what
/// `MODE` says when it is asked for the trial.
const RUNTIME: &str = r#"
case "$1" in
  hello) echo "{\"case\":\"hello\",\"observed\":\"$2\"}"; exit 0;;
  trap) echo '{"step":"trap"}'; exit 9;;
  host_trap) echo '{"step":"host trap"}'; exit 8;;
  create) echo "{\"case\":\"create\",\"observed\":\"${CREATE:-ok}\"}"; exit 0;;
  no_such_case) echo '{"refused":"no such case"}'; exit 1;;
esac
walk() {
  calls=${1#walk=}; IFS=';'; answers=
  for call in $calls; do answers="$answers,${2:-\"ok\"}"; done
  echo "{\"case\":\"walk\",\"observed\":{\"walk\":[${answers#,}]}}"
}
case "$1,$MODE" in
  walk=*,ok) walk "$1"; exit 0;;
  walk=*,ok-for-ipv4) [ "$2" = ipv6 ] && { sleep 60 & echo $! > "$PIDS"; wait; }; walk "$1"; exit 0;;
  walk=*,ok-but-once) mkdir "$PIDS" 2>/dev/null && walk "$1" '"\u001b[31m"' || walk "$1"; exit 0;;
esac
step() { echo '{"step":"call"}'; }
result() { echo "{\"case\":\"$1\",\"observed\":\"${CODE:-error:invalid-state}\"}"; }
case "$MODE" in
  right) echo a banner; echo a warning >&2; step; result local_address;;
  hang-at-start) sleep 60;;
  hang-for-ipv4) step; [ "$2" = ipv4 ] && sleep 60; result local_address;;
  hang-for-ipv6) step; [ "$2" = ipv6 ] && { sleep 60 & echo $! > "$PIDS"; wait; }; result local_address;;
  hang-in-the-middle) step; sleep 60;;
  ignores-sigterm) trap '' TERM INT HUP; step; while :; do sleep 1; done;;
  leaves-a-child) sleep 60 & echo $! > "$PIDS"; step; result local_address;;
  hangs-with-a-child) sleep 60 & echo $! > "$PIDS"; step; wait;;
  signal) step; kill -SEGV $$;;
  says) step; result "${1%%=*}";;
  silence) exit 0;;
  prints-without-end) while :; do echo 0123456789012345678901234567890123456789; done;;
  binary) head -c 100000 /dev/urandom; exit 0;;
  half-a-line) step; printf '{"case":"local_address","obser'; exit 0;;
  other-case) step; result remote_address;;
  two-results) step; result local_address; result local_address;;
  result-then-trap) step; result local_address; exit 9;;
  result-then-signal) step; result local_address; kill -ABRT $$;;
  trap) step; exit 9;;
  host-trap) step; exit 8;;
  other-exit-code) step; exit 3;;
  does-not-start) exit 3;;
  deletes-its-folder) rm -rf "$PWD"; step; result local_address;;
esac
"#;

/// The file of the component of a guest in another language.
pub const COMPONENT: &str = "guest.wasm";

/// The file of an implementation in a folder of its own.
pub struct Fixture {
    pub folder: TempDir,
    pub adapter: Value,
}

impl Fixture {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("runtime.sh"), RUNTIME).unwrap();
        let adapter = json!({
            "name": "shell",
            "program": "sh",
            "wasi": ["0.2.6"],
            "version": ["{program}", "-c", "echo shell 1.2.3"],
            "run": ["{program}", "{dir}/runtime.sh", "{case}", "{family}", "{component}"],
            "env": { "PIDS": folder.path().join("pids") },
        });
        Self { folder, adapter }
    }

    pub fn with(mut self, field: &str, value: Value) -> Self {
        self.adapter[field] = value;
        self
    }

    pub fn without(mut self, field: &str) -> Self {
        self.adapter.as_object_mut().unwrap().remove(field);
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.adapter["env"][name] = value.into();
        self
    }

    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a guest in another language with these topics into a folder, and returns its
    /// manifest. The component is one of ours, which the runtime does not look at.
    pub fn guest(&self, folder: &str, name: &str, topics: &Value) -> Value {
        let suite = Suite::embedded().unwrap();
        let topic = suite.generation(Generation::V0_2).unwrap().topic("unbound");
        let component = topic.unwrap().component.to_vec();
        fs::create_dir_all(self.path(folder)).unwrap();
        let manifest = json!({
            "guest": name, "generation": "0.2", "language": "Fortran 2023",
            "toolchain": "a compiler 1.0", "sources": "0", "component": COMPONENT,
            "sha256": hex::encode(Sha256::digest(&component)), "topics": topics,
        });
        fs::write(self.path(folder).join(COMPONENT), component).unwrap();
        self.manifest(folder, &manifest);
        manifest
    }

    /// Writes the manifest of a guest.
    pub fn manifest(&self, folder: &str, manifest: &Value) {
        let text = serde_json::to_string_pretty(manifest).unwrap();
        fs::write(self.path(folder).join("manifest.json"), text).unwrap();
    }

    /// Runs the program with this implementation, in its folder.
    pub fn run(&self, arguments: &[&str]) -> Said {
        fs::write(self.path("shell.json"), self.adapter.to_string()).unwrap();
        let implementation = ["-i", "shell.json"];
        program::run_in(self.folder.path(), &[arguments, &implementation].concat())
    }

    /// What is observed of the trial within this time, and what the program said.
    pub fn observe(&self, seconds: u32) -> (Value, Said) {
        let limit = seconds.to_string();
        let said = self.run(&[
            "--exact",
            TRIAL,
            "--timeout",
            &limit,
            "--json",
            "report.json",
        ]);
        let text = fs::read_to_string(self.path("report.json")).unwrap();
        let report: Value = serde_json::from_str(&text).expect(&text);
        assert_eq!(report["planned"], 1);
        assert_eq!(report["implementations"][0]["version"], "shell 1.2.3");
        (report["records"][0]["observed"].clone(), said)
    }
}
