//! How long whole processes take, measured by hyperfine in one run and written
//! as ratios.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How many trials the runtimes of shell are asked for.
const TRIALS: usize = 200;

/// How many records the big report has.
const RECORDS: usize = 100_000;

/// A runtime of shell that passes the preflight, takes `PAUSE` seconds a case,
/// and hangs in the trial that `HANG` names.
const RUNTIME: &str = r#"
[ "$HANG" = "$1 $2 ${3##*/}" ] && exec sleep 60
[ "$PAUSE" = 0 ] || sleep "$PAUSE"
case "$1" in
  hello) echo "{\"case\":\"hello\",\"observed\":\"$2\"}";;
  trap) echo '{"step":"trap"}'; exit 9;;
  host_trap) echo '{"step":"host trap"}'; exit 9;;
  no_such_case) echo '{"refused":"no such case"}'; exit 1;;
  *) echo "{\"case\":\"$1\",\"observed\":\"ok\"}";;
esac
"#;

/// What a user would do without a suite for a case over HTTP: a server of its own at a port of
/// its own, asked once it answers. `SERVER` starts one.
const ASK: &str = r#"
$SERVER "$3" no.wasm & server=$!
until curl --silent --output /dev/null "http://127.0.0.1:$3/"; do
  kill -0 $server || exit 1
  sleep 0.002
done
curl --silent "http://127.0.0.1:$3/?$1&$2"
kill $server
wait $server
true
"#;

/// The first of the ports that these servers have, below those that systems pick.
const PORTS: usize = 20_000;

/// The cases of the preflight, which the processes to compare with run too.
const PREFLIGHT: [&str; 7] = [
    "hello ipv4",
    "hello ipv6",
    "no_such_case ipv4",
    "trap ipv4",
    "host_trap ipv4",
    "create ipv4",
    "create ipv6",
];

/// Commands that are compared with the first of them.
struct Group {
    title: &'static str,
    runs: usize,
    /// What each does, and how.
    commands: Vec<(String, String)>,
}

/// Measures everything and gives tables in Markdown.
///
/// # Errors
/// When the program can't be built, or hyperfine is not there.
pub fn measure(workspace: &Path) -> Result<String> {
    let has_hyperfine = Command::new("hyperfine").arg("--version").output();
    has_hyperfine.context(
        "failed to run hyperfine: get it by `cargo install --locked --version 1.20.0 hyperfine`",
    )?;
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--locked"])
        .current_dir(workspace)
        .status()?;
    ensure!(built.success(), "failed to build the program");
    let program = workspace.join("target/release/wasi-tcp-conformance");
    let folder = workspace.join("target/speed");
    fs::create_dir_all(&folder)?;
    let places = Places { program, folder };

    let mut text = String::new();
    for group in places.groups()? {
        eprintln!("{}", group.title);
        text += &places.table(&group)?;
    }
    Ok(text)
}

struct Places {
    program: PathBuf,
    folder: PathBuf,
}

impl Places {
    fn groups(&self) -> Result<Vec<Group>> {
        let suite = self.program.display().to_string();
        let report = self.path("report.json");
        self.ask(&["-q", "--json", &report])?;
        let big = self.path("big.json");
        fs::write(&big, grown(&fs::read_to_string(&report)?)?)?;
        let shell = self.path("runtime.sh");
        fs::write(&shell, RUNTIME)?;
        let names = self.trials()?;
        let filters = names.join(" ");
        let jobs = self.path("jobs");
        let mut lines: Vec<String> = PREFLIGHT.map(str::to_owned).into();
        for name in &names {
            let mut parts = name.split("::").skip(1);
            let job = parts.next().zip(parts.next());
            let (case, family) = job.context("a trial has another name")?;
            lines.push(format!("{case} {family}"));
        }
        fs::write(&jobs, lines.join("\n"))?;
        let mut last = names.last().context("there are no trials")?.split("::");
        let parts = last.next().zip(last.next()).zip(last.next());
        let ((path, case), family) = parts.context("a trial has another name")?;
        let topic = path.split_once('/').context("a trial has another name")?.1;
        let hanging = format!("{case} {family} {topic}.wasm");

        // The version is asked for as well, so that it costs both sides a process.
        let by_hand = |pause: &str, threads: usize| {
            let each = format!("PAUSE={pause} xargs -a {jobs} -P{threads} -n2 sh {shell}");
            format!("sh -c 'echo 1' && {each} || true")
        };
        let judged = |name: &str, pause: &str, hang: &str, threads: usize| -> Result<String> {
            let file = self.path(&format!("{name}.json"));
            let described = json!({
                "name": name,
                "program": "sh",
                "wasi": ["0.2.6"],
                "version": ["{program}", "-c", "echo 1"],
                "run": ["{program}", "{dir}/runtime.sh", "{case}", "{family}", "{component}"],
                "env": { "PAUSE": pause, "HANG": hang },
                "timeout-seconds": 2,
            });
            fs::write(&file, described.to_string())?;
            Ok(format!(
                "{suite} -q -i {file} --test-threads {threads} --exact {filters}"
            ))
        };
        let view = |flag: &str| format!("{suite} report {big} --{flag} {}", self.path(flag));
        let line = |what: &str, command: String| (what.to_owned(), command);
        Ok(vec![
            Group {
                title: "The built-in wasmtime",
                runs: 10,
                commands: vec![
                    line(
                        "one trial: start, preflight, two components compiled",
                        format!("{suite} -q --exact 0.2/unbound::accept::ipv4"),
                    ),
                    line("all trials", format!("{suite} -q")),
                ],
            },
            Group {
                title: "200 trials of a runtime that sleeps 100 ms",
                runs: 5,
                commands: vec![
                    line("`xargs -P16`, without a suite", by_hand("0.1", 16)),
                    line("`--test-threads 16`", judged("sleeps", "0.1", "", 16)?),
                    line("`xargs -P2`, without a suite", by_hand("0.1", 2)),
                    line("`--test-threads 2`", judged("sleeps", "0.1", "", 2)?),
                ],
            },
            Group {
                title: "200 trials of a runtime that does nothing",
                runs: 10,
                commands: vec![
                    line("`xargs -P4`, without a suite", by_hand("0", 4)),
                    line("`--test-threads 4`", judged("idles", "0", "", 4)?),
                    line(
                        "the same, one trial hangs until the limit of 2 s",
                        judged("hangs", "0", &hanging, 4)?,
                    ),
                ],
            },
            self.over_http(&lines, &filters)?,
            Group {
                title: "A report of 100,000 records",
                runs: 5,
                commands: vec![
                    line("read, and summed up", format!("{suite} report {big}")),
                    line("and as HTML", view("html")),
                    line("and as JUnit", view("junit")),
                    line("and as Markdown", view("markdown")),
                    line("and as JSON", view("json")),
                    line(
                        "compared with itself",
                        format!("{suite} compare {big} {big}"),
                    ),
                ],
            },
        ])
    }

    /// Trials of a server, which has to answer these jobs: a case and a family.
    fn over_http(&self, jobs: &[String], filters: &str) -> Result<Group> {
        let suite = self.program.display();
        let asks = self.path("asks");
        let with_ports = jobs.iter().zip(PORTS..);
        let with_ports: Vec<_> = with_ports
            .map(|(job, port)| format!("{job} {port}"))
            .collect();
        fs::write(&asks, with_ports.join("\n"))?;
        let ask = self.path("ask.sh");
        fs::write(&ask, ASK)?;
        let xtask = std::env::current_exe()?.display().to_string();
        let asked = |server_for: &str| -> Result<String> {
            let file = self.path(&format!("serves-for-{server_for}.json"));
            let described = json!({
                "name": "serves",
                "program": xtask,
                "wasi": ["0.2.6"],
                "delivery": "http",
                "server-for": server_for,
                "version": ["sh", "-c", "echo 1"],
                "run": ["{program}", "idle-server", "{port}", "{component}"],
            });
            fs::write(&file, described.to_string())?;
            Ok(format!(
                "{suite} -q -i {file} --test-threads 4 --exact {filters}"
            ))
        };
        let asked_by_hand =
            format!("SERVER='{xtask} idle-server' xargs -a {asks} -P4 -n3 sh {ask} || true");
        let line = |what: &str, command: String| (what.to_owned(), command);
        Ok(Group {
            title: "200 trials of a server that does nothing, over HTTP",
            runs: 10,
            commands: vec![
                line("`xargs -P4` and `curl`, without a suite", asked_by_hand),
                line(
                    "`--test-threads 4`, a server for each trial",
                    asked("trial")?,
                ),
                line("the same, a server for each component", asked("component")?),
            ],
        })
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// The names of some trials that need nothing of the host.
    fn trials(&self) -> Result<Vec<String>> {
        let trials: Vec<Value> = serde_json::from_slice(&self.ask(&["list", "--json"])?)?;
        let names: Vec<_> = trials
            .iter()
            .filter(|it| it["settings"] == json!([]))
            .filter_map(|it| it["trial"].as_str().map(str::to_owned))
            .take(TRIALS)
            .collect();
        ensure!(names.len() == TRIALS, "there are fewer trials");
        Ok(names)
    }

    /// What the program prints; it may end with any verdict.
    fn ask(&self, arguments: &[&str]) -> Result<Vec<u8>> {
        let output = Command::new(&self.program).args(arguments).output()?;
        Ok(output.stdout)
    }

    fn table(&self, group: &Group) -> Result<String> {
        #[derive(Deserialize)]
        struct Measured {
            results: Vec<Times>,
        }
        #[derive(Deserialize)]
        struct Times {
            median: f64,
            min: f64,
            max: f64,
        }

        let export = self.path("times.json");
        let runs = group.runs.to_string();
        let status = Command::new("hyperfine")
            // A verdict is no failure here. Any other code is one: it would be measured how
            // fast the program gives up.
            .args(["--ignore-failure=1", "--warmup", "1", "--style", "none"])
            .args(["--runs", &runs, "--export-json", &export])
            .args(group.commands.iter().map(|(_, command)| command))
            .stdout(std::process::Stdio::null())
            .status()?;
        ensure!(status.success(), "hyperfine failed at `{}`", group.title);
        let measured: Measured = serde_json::from_str(&fs::read_to_string(&export)?)?;
        let first = measured.results.first().context("nothing was measured")?;

        let mut text = format!(
            "### {}\n\n| | median | {} runs | ratio |\n| --- | ---: | ---: | ---: |\n",
            group.title, group.runs
        );
        for ((name, _), it) in group.commands.iter().zip(&measured.results) {
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "| {name} | {:.2} s | {:.2} to {:.2} s | {:.2} |",
                it.median,
                it.min,
                it.max,
                it.median / first.median
            );
        }
        text.push('\n');
        Ok(text)
    }
}

/// A report of many records, made of a smaller one: its topics come again and
/// again, under other names.
fn grown(report: &str) -> Result<String> {
    let mut report: Value = serde_json::from_str(report)?;
    let records = report["records"].as_array().context("no records")?.clone();
    let many: Vec<Value> = (0..)
        .flat_map(|turn| records.iter().map(move |it| (turn, it)))
        .take(RECORDS)
        .map(|(turn, it)| {
            let mut record = it.clone();
            let old = it["trial"].as_str().unwrap_or_default();
            record["trial"] = old.replacen('/', &format!("/t{turn}_"), 1).into();
            record
        })
        .collect();
    report["planned"] = many.len().into();
    report["records"] = many.into();
    Ok(report.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grown_report_names_each_trial_once() {
        let record = |name: &str| json!({ "trial": name });
        let small = json!({ "records": [record("0.2/t::a::ipv4"), record("0.2/t::b::ipv4")] });
        let big: Value = serde_json::from_str(&grown(&small.to_string()).unwrap()).unwrap();
        let records = big["records"].as_array().unwrap();
        let names: std::collections::BTreeSet<_> =
            records.iter().map(|it| it["trial"].as_str()).collect();
        assert_eq!(names.len(), RECORDS);
        assert_eq!(big["planned"], RECORDS);
    }
}
