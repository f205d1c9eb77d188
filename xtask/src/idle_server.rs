//! An HTTP server without WebAssembly: it answers at once as a runtime would that has a guest,
//! so that what remains of a trial is the cost of whoever asks.

use anyhow::{Context, Result};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

/// Serves at a port of 127.0.0.1 until it is ended.
///
/// # Errors
/// When the port is taken.
pub fn serve(port: u16) -> Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .with_context(|| format!("failed to listen at port {port}"))?;
    for client in listener.incoming().flatten() {
        // A client that leaves early ends its connection and nothing else.
        thread::spawn(move || answer_all(client));
    }
    Ok(())
}

fn answer_all(mut client: TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(client.try_clone()?).lines();
    while let Some(request) = lines.next().transpose()? {
        // The rest of its head; it has no body.
        for line in lines.by_ref() {
            if line?.is_empty() {
                break;
            }
        }
        let target = request.split(' ').nth(1).unwrap_or_default();
        let query = target.split_once('?').map_or("", |(_, query)| query);
        let body = answer(&query.replace("%5F", "_"));
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        client.write_all((head + &body).as_bytes())?;
    }
    Ok(())
}

/// What a guest prints that is called like this.
fn answer(query: &str) -> String {
    let (case, family) = query.split_once('&').unwrap_or((query, ""));
    let case = case.split('=').next().unwrap_or_default();
    match case {
        "" => "{\"delivery\":\"http\"}\n".to_owned(),
        "hello" => {
            format!("{{\"case\":\"hello\",\"observed\":\"{family}\"}}\n{{\"end\":\"ok\"}}\n")
        }
        "trap" => "{\"step\":\"trap\"}\n".to_owned(),
        "host_trap" => "{\"step\":\"host trap\"}\n".to_owned(),
        "no_such_case" => "{\"refused\":\"no such case\"}\n{\"end\":\"error\"}\n".to_owned(),
        _ => format!("{{\"case\":\"{case}\",\"observed\":\"ok\"}}\n{{\"end\":\"ok\"}}\n"),
    }
}
