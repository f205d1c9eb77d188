//! The HTML page in a real browser: it loads without errors, its filters
//! filter, its links open what they point at. Where no browser is installed,
//! this is skipped and says so; `BROWSER` names another than Chromium's.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod fixture;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::path::Path;
use std::process::{Command, ExitCode};
use wasi_tcp_conformance_cli::views;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

fn main() -> ExitCode {
    let trials = TRIALS
        .iter()
        .map(|&(name, fragment, check)| {
            Trial::ignorable_test(name, move || {
                let Some(browser) = browser() else {
                    let reason = "no Chromium is installed, and BROWSER names none";
                    return Ok(Completion::ignored_with(reason));
                };
                check(&Page::open(&browser, fragment)?)?;
                Ok(Completion::Completed)
            })
        })
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

type Check = fn(&Page) -> Result<(), Failed>;

const TRIALS: [(&str, &str, Check); 5] = [
    ("all_trials_are_shown_at_first", "", |page| {
        page.says("<output id=\"count\"", ">9 trials</output>")?;
        expect(page.hidden() == 0 && page.open_trials() == 0, page)
    }),
    ("a_verdict_filters", "#?verdict=fail", |page| {
        page.says("<output id=\"count\"", ">3 of 9 trials</output>")?;
        expect(page.hidden() == 6, page)
    }),
    (
        "filters_add_up",
        "#?verdict=fail&differs=yes&topic=0.2/topic&family=ipv4&text=NASTY.rule",
        |page| page.says("<output id=\"count\"", ">2 of 9 trials</output>"),
    ),
    ("a_filter_may_leave_nothing", "#?family=ipv6", |page| {
        page.says("<output id=\"count\"", ">0 of 9 trials</output>")?;
        page.says("<p id=\"nothing\"", "<p id=\"nothing\">")
    }),
    (
        "a_link_opens_a_trial",
        "#trial-0-2-topic--fails--ipv4",
        |page| {
            page.says(
                "<details class=\"trial\" data-verdicts=\"fail pass\"",
                "open=\"\"",
            )?;
            expect(page.open_trials() == 1, page)
        },
    ),
];

fn expect(holds: bool, page: &Page) -> Result<(), Failed> {
    if holds {
        return Ok(());
    }
    let (hidden, open) = (page.hidden(), page.open_trials());
    Err(format!("{hidden} trials are hidden and {open} are open").into())
}

/// What became of the page.
struct Page {
    document: String,
}

impl Page {
    fn open(browser: &str, fragment: &str) -> Result<Self, Failed> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("report.html");
        std::fs::write(&file, views::html(&fixture::report(), false))?;
        let output = Command::new(browser)
            .args([
                "--headless",
                "--disable-gpu",
                "--no-first-run",
                "--dump-dom",
            ])
            // Containers have no name spaces to build its sandbox from; the
            // page is ours.
            .args(["--no-sandbox", "--enable-logging=stderr"])
            .arg(format!("--user-data-dir={}", profile(folder.path())))
            .arg(format!("file://{}{fragment}", file.display()))
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        // The console: scripts that fail, and what the page's policy refuses.
        if let Some(line) = said.lines().find(|it| it.contains("CONSOLE")) {
            return Err(line.into());
        }
        let document = String::from_utf8(output.stdout)?;
        if !document.contains("</html>") {
            return Err(format!("{browser} shows no page: {said}").into());
        }
        Ok(Self { document })
    }

    /// The first element that begins like this contains that.
    fn says(&self, element: &str, expected: &str) -> Result<(), Failed> {
        let found = self.document.lines().find(|it| it.contains(element));
        match found {
            Some(line) if line.contains(expected) => Ok(()),
            found => Err(format!("expected {expected}, found {found:?}").into()),
        }
    }

    fn trials(&self) -> impl Iterator<Item = &str> {
        self.document
            .split("<details class=\"trial\"")
            .skip(1)
            .filter_map(|it| it.split('>').next())
    }

    fn hidden(&self) -> usize {
        self.trials().filter(|it| it.contains("hidden")).count()
    }

    fn open_trials(&self) -> usize {
        self.trials().filter(|it| it.contains("open")).count()
    }
}

fn profile(folder: &Path) -> String {
    folder.join("profile").display().to_string()
}

/// A browser that runs.
fn browser() -> Option<String> {
    let chosen = std::env::var("BROWSER").ok();
    let mut names = chosen.into_iter().chain(NAMES.map(str::to_owned));
    let runs = |name: &String| {
        let output = Command::new(name).arg("--version").output();
        output.is_ok_and(|it| String::from_utf8_lossy(&it.stdout).contains("Chrom"))
    };
    names.find(runs)
}
