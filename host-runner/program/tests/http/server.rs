//! A server that has no WebAssembly at all: it answers the runner as one would that has a
//! guest, and misbehaves as its mode says.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Command, Stdio, exit};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::Duration;
use std::{env, fs, io};

/// Longer than any time limit of a test.
const LONG: Duration = Duration::from_mins(1);

const GREETING: &str = "{\"delivery\":\"http\"}\n";
const STEP: &str = "{\"step\":\"call\"}\n";
const RESULT: &str = "{\"case\":\"local_address\",\"observed\":\"error:invalid-state\"}\n";
const OTHER: &str = "{\"case\":\"remote_address\",\"observed\":\"error:invalid-state\"}\n";
const END: &str = "{\"end\":\"ok\"}\n";

/// Whether nobody is answered any more.
static IS_DEAF: AtomicBool = AtomicBool::new(false);

/// Whether a case was asked for before.
static IS_ASKED: AtomicBool = AtomicBool::new(false);

/// Serves until it is ended.
pub fn serve(mode: &str, port: u16) -> io::Result<()> {
    match mode {
        "never-listens" => thread::sleep(LONG),
        "ends-at-once" => {
            eprintln!("no licence");
            exit(7);
        }
        "silent-for-a-while" => drop(thread::spawn(|| {
            thread::sleep(Duration::from_secs(15));
            exit(0);
        })),
        "port-is-taken" if is_first() => {
            // Whoever took it outlives this process, and its group.
            let mut taker = Command::new(env::current_exe()?);
            taker.args(["serve", "silent-for-a-while", &port.to_string()]);
            #[cfg(unix)]
            std::os::unix::process::CommandExt::process_group(&mut taker, 0);
            note(
                taker
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .spawn()?
                    .id(),
            );
            while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
                thread::sleep(Duration::from_millis(1));
            }
            eprintln!("address in use");
            exit(1);
        }
        _ => {}
    }
    listen(mode, port)
}

/// Whether this is the first server of the test that gets so far.
fn is_first() -> bool {
    env::var_os("FIRST").is_some_and(|path| fs::create_dir(path).is_ok())
}

/// Writes down a process that must not be left behind.
fn note(id: u32) {
    if let Some(path) = env::var_os("PIDS") {
        let _ = fs::write(path, id.to_string());
    }
}

fn listen(mode: &str, port: u16) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    for client in listener.incoming() {
        let (client, mode) = (client?, mode.to_owned());
        // It cannot be told that it failed.
        thread::spawn(move || drop(answer(&mode, client)));
    }
    Ok(())
}

/// Answers the requests of a connection.
fn answer(mode: &str, client: TcpStream) -> io::Result<()> {
    let mut client = Connection {
        requests: BufReader::new(client.try_clone()?),
        client,
    };
    while let Some(arguments) = client.request()? {
        if IS_DEAF.load(SeqCst) {
            thread::sleep(LONG);
        }
        let arguments: Vec<_> = arguments.split('&').collect();
        let body = match (arguments[0], mode) {
            ("", "silent-for-a-while") => {
                thread::sleep(LONG);
                return Ok(());
            }
            ("", "not-found") => {
                client.page("404 Not Found", "no such page \u{1b}[31m")?;
                continue;
            }
            ("", "fails") => {
                client.page("500 Internal Server Error", "out of order")?;
                continue;
            }
            ("", "not-ready-at-first") if is_first() => {
                client.page("503 Service Unavailable", "soon")?;
                continue;
            }
            ("", "another-page") => "It works!".to_owned(),
            ("", "speaks-something-else") => {
                client.client.write_all(b"220 ready\r\n")?;
                return Ok(());
            }
            ("", "answers-unasked") => {
                client.page("200 OK", GREETING)?;
                client.page("200 OK", &[STEP, RESULT, END].concat())?;
                continue;
            }
            ("", _) => GREETING.to_owned(),
            ("hello", "never-ends-well") => {
                client.begin()?;
                client.chunk(&format!(
                    "{{\"case\":\"hello\",\"observed\":\"{}\"}}\n",
                    arguments[1]
                ))?;
                return Ok(());
            }
            ("hello", _) => {
                format!(
                    "{{\"case\":\"hello\",\"observed\":\"{}\"}}\n{END}",
                    arguments[1]
                )
            }
            ("no_such_case" | "no%5Fsuch%5Fcase", _) => {
                "{\"refused\":\"no such case\"}\n{\"end\":\"error\"}\n".to_owned()
            }
            ("trap", _) => "{\"step\":\"trap\"}\n".to_owned(),
            ("host%5Ftrap", _) => "{\"step\":\"host trap\"}\n".to_owned(),
            ("create", "binds") | ("code", "accepts" | "fills") => {
                let (name, observed) = use_the_host(mode);
                format!("{{\"case\":\"{name}\",\"observed\":\"{observed}\"}}\n{END}")
            }
            ("bind", "spin-without-hosts") => {
                format!("{{\"case\":\"bind\",\"observed\":\"error:access-denied\"}}\n{END}")
            }
            (case, "spin-with-hosts") if case.starts_with("connect") => {
                format!("{{\"case\":\"connect\",\"observed\":\"ok\"}}\n{END}")
            }
            ("create", _) => format!("{{\"case\":\"create\",\"observed\":\"ok\"}}\n{END}"),
            _ => return client.trial(mode),
        };
        client.page("200 OK", &body)?;
        if mode == "closes-each-connection" {
            return Ok(());
        }
    }
    Ok(())
}

/// Does what the guest of a case does, by system calls of this process; the name of the case,
/// and what it observes.
fn use_the_host(mode: &str) -> (&'static str, String) {
    let bind = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let (name, done) = match mode {
        "fills" => (
            "code",
            (0..1000)
                .map(|_| bind())
                .collect::<io::Result<Vec<_>>>()
                .map(drop),
        ),
        "accepts" => {
            let accept = || {
                let listener = bind()?;
                let _client = TcpStream::connect(listener.local_addr()?)?;
                listener.accept()
            };
            ("code", accept().map(drop))
        }
        _ => ("create", bind().map(drop)),
    };
    let observed = match done {
        Ok(()) => "ok".to_owned(),
        // EMFILE is 24.
        Err(error) if error.raw_os_error() == Some(24) => "error:new-socket-limit".to_owned(),
        Err(error) => error.to_string(),
    };
    (name, observed)
}

/// The status and the body of a mode that answers with a whole page.
fn page_of(mode: &str) -> Option<(&'static str, String)> {
    let lines: &[&str] = match mode {
        "other-case" => &[STEP, OTHER, END],
        "two-results" => &[STEP, RESULT, RESULT, END],
        "result-without-end" => &[STEP, RESULT],
        "trap" | "answers-unasked" => &[STEP],
        "empty" => &[],
        "fails-at-the-case" | "redirects" => &[STEP, RESULT, END],
        _ => return None,
    };
    let status = match mode {
        "fails-at-the-case" => "500 Internal Server Error",
        "redirects" => "302 Found\r\nlocation: /",
        _ => "200 OK",
    };
    Some((status, lines.concat()))
}

struct Connection {
    requests: BufReader<TcpStream>,
    client: TcpStream,
}

impl Connection {
    /// The query of the next request, up to the end of its head.
    fn request(&mut self) -> io::Result<Option<String>> {
        let mut lines = self.requests.by_ref().lines();
        let Some(first) = lines.next() else {
            return Ok(None);
        };
        let first = first?;
        for line in lines {
            if line?.is_empty() {
                break;
            }
        }
        let target = first.split(' ').nth(1).unwrap_or_default();
        let query = target.split_once('?').map_or("", |(_, query)| query);
        Ok(Some(query.to_owned()))
    }

    fn page(&mut self, status: &str, body: &str) -> io::Result<()> {
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n");
        self.client.write_all((head + body).as_bytes())
    }

    /// Begins a response whose length is not known.
    fn begin(&mut self) -> io::Result<()> {
        let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        self.client.write_all(head)
    }

    fn chunk(&mut self, text: &str) -> io::Result<()> {
        let chunk = format!("{:x}\r\n{text}\r\n", text.len());
        self.client.write_all(chunk.as_bytes())
    }

    /// Begins a head that never ends.
    fn slow_head(&mut self) -> io::Result<()> {
        self.client.write_all(b"HTTP/1.1 200 OK\r\nx: ")?;
        loop {
            self.client.write_all(b"1")?;
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Answers for the trial.
    fn trial(&mut self, mode: &str) -> io::Result<()> {
        let whole = [STEP, RESULT, END].concat();
        if let Some((status, body)) = page_of(mode) {
            return self.page(status, &body);
        }
        match mode {
            "ends-at-the-second-case" if IS_ASKED.swap(true, SeqCst) => exit(0),
            "dies-after-the-result" => {
                self.page("200 OK", &whole)?;
                exit(9);
            }
            "deaf-after-the-result" => {
                IS_DEAF.store(true, SeqCst);
                return self.page("200 OK", &whole);
            }
            "http-1.0" => {
                self.client.write_all(b"HTTP/1.0 200 OK\r\n\r\n")?;
                self.client.write_all(whole.as_bytes())?;
            }
            "slow-head" => return self.slow_head(),
            "garbage-in-the-body" => {
                self.begin()?;
                self.client.write_all(b"no length\r\n\x1b[31m\r\n")?;
            }
            "garbage" => self
                .client
                .write_all(&[0xff, 0, b'\n', 0x1b].repeat(1000))?,
            "endless-head" => {
                self.client.write_all(b"HTTP/1.1 200 OK\r\n")?;
                loop {
                    self.client.write_all(b"x: 0123456789\r\n")?;
                }
            }
            "length-is-a-lie" => {
                self.client
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")?;
                self.client.write_all(whole.as_bytes())?;
            }
            "closes-early" => {
                self.begin()?;
                self.chunk(STEP)?;
            }
            "closes-without-an-answer" => {}
            "closes-after-the-result" => {
                self.begin()?;
                self.chunk(&[STEP, RESULT].concat())?;
            }
            "keeps-the-connection" => {
                self.begin()?;
                self.chunk(&[STEP, RESULT].concat())?;
                thread::sleep(LONG);
            }
            "drips" => {
                self.begin()?;
                self.chunk(STEP)?;
                loop {
                    self.chunk("\n")?;
                    thread::sleep(Duration::from_millis(100));
                }
            }
            "hundred-megabytes" => {
                self.begin()?;
                let line = "{\"step\":\"call\"}\n".repeat(65_536);
                for _ in 0..100 {
                    self.chunk(&line)?;
                }
                self.chunk(RESULT)?;
            }
            "dies" => {
                self.begin()?;
                self.chunk(STEP)?;
                exit(9);
            }
            "dies-by-a-signal" => {
                self.begin()?;
                self.chunk(STEP)?;
                std::process::abort();
            }
            "dies-for-everybody" => {
                self.begin()?;
                self.chunk(STEP)?;
                IS_DEAF.store(true, SeqCst);
            }
            "leaves-a-child" => {
                note(Command::new("sleep").arg("60").spawn()?.id());
                return self.page("200 OK", &whole);
            }
            "prints-without-end" => {
                self.begin()?;
                self.chunk(STEP)?;
                let line = "0123456789".repeat(100);
                for _ in 0..10_000 {
                    println!("{line}");
                }
                self.chunk(&[RESULT, END].concat())?;
                self.client.write_all(b"0\r\n\r\n")?;
            }
            _ => return self.page("200 OK", &whole),
        }
        Ok(())
    }
}
