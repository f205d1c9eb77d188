//! A stand-in for Spin, which nobody has run here: it takes the command line of `spin up`, and
//! reads the manifest that the driver writes as Spin documents it. So the description, the
//! driver and the server are tried together.

use super::program::{self, Said};
use super::server;
use libtest_mimic::Failed;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs, io};
use toml_edit::{DocumentMut, Item};

/// A trial under each policy that the description claims.
const TRIALS: [&str; 2] = [
    "0.2/denied::bind::ipv4@denied-addresses",
    "0.2/outbound::connect::ipv4@no-bind",
];

/// What it is started with, if it is.
pub fn run(arguments: &[String]) -> Option<io::Result<()>> {
    match arguments {
        [_, version] if version == "--version" => {
            println!("spin 4.0.2 (stand-in)");
            Some(Ok(()))
        }
        [_, up, flags @ ..] if up == "up" => Some(serve(flags)),
        _ => None,
    }
}

/// `spin up`: every flag has a value.
fn serve(flags: &[String]) -> io::Result<()> {
    if env::var_os("SPIN_FAILS").is_some() {
        return Err(io::Error::other("no licence"));
    }
    let pairs = flags.chunks(2).map(|pair| match pair {
        [flag, value] => Ok((flag.as_str(), value.as_str())),
        _ => Err(io::Error::other(format!(
            "{pair:?} is no flag with a value"
        ))),
    });
    let mut flags: BTreeMap<_, _> = pairs.collect::<io::Result<_>>()?;
    let mut flag = |name| {
        let value = flags.remove(name);
        value.ok_or_else(|| io::Error::other(format!("{name} is missing")))
    };
    let manifest = PathBuf::from(flag("--from")?);
    let address = flag("--listen")?.to_owned();
    for folder in [flag("--temp")?, flag("--state-dir")?] {
        // They are left in the folder of the trial, where no other trial writes.
        fs::create_dir_all(folder)?;
    }
    if !flags.is_empty() {
        return Err(io::Error::other(format!("{flags:?} are unknown")));
    }
    let allowed = read(&manifest).map_err(io::Error::other)?;
    let mode = match &allowed.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => "spin-without-hosts",
        ["tcp://*:*"] => "spin-with-hosts",
        other => return Err(io::Error::other(format!("hosts: {other:?}"))),
    };
    let port = address.strip_prefix("127.0.0.1:").unwrap_or_default();
    server::serve(mode, port.parse().map_err(io::Error::other)?)
}

/// The hosts that a manifest of version 2 lets its component connect to.
fn read(path: &Path) -> Result<Vec<String>, String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let manifest: DocumentMut = text.parse().map_err(|error| format!("{error}"))?;
    let text = |item: &Item| item.as_str().map(str::to_owned).ok_or("no text");
    if manifest["spin_manifest_version"].as_integer() != Some(2) {
        return Err("the version of the manifest is not 2".to_owned());
    }
    text(&manifest["application"]["name"])?;
    let triggers = manifest["trigger"]["http"].as_array_of_tables();
    let trigger = triggers.and_then(|it| it.get(0)).ok_or("no trigger")?;
    if text(&trigger["route"])? != "/..." {
        return Err("not every path has the route".to_owned());
    }
    let component = &manifest["component"][text(&trigger["component"])?.as_str()];
    let source = path.with_file_name(text(&component["source"])?);
    let source = fs::read(source).map_err(|error| error.to_string())?;
    // The number of the layer tells a component from a module.
    if !source.starts_with(b"\0asm\x0d\0\x01\0") {
        return Err("the source is no component".to_owned());
    }
    let hosts = component["allowed_outbound_hosts"].as_array();
    let hosts = hosts.ok_or("no list of hosts")?.iter();
    let hosts = hosts.map(|host| host.as_str().map(str::to_owned).ok_or("no text"));
    Ok(hosts.collect::<Result<_, _>>()?)
}

/// What is shipped for Spin runs the stand-in under every policy.
pub fn is_driven() -> Result<(), Failed> {
    let said = judge(&TRIALS, &[])?;
    let text = fs::read_to_string(said.0.path().join("report.json"));
    let text = text.map_err(|error| format!("{error}\n{}", said.1.err))?;
    let report: Value = serde_json::from_str(&text)?;
    let records = report["records"].as_array().ok_or("no records")?;
    let verdicts: Vec<_> = records
        .iter()
        .map(|it| (&it["trial"], &it["verdict"]))
        .collect();
    if said.1.exit == Some(0) && records.len() == 2 {
        return Ok(());
    }
    Err(format!("{verdicts:?}\n{}{}", said.1.out, said.1.err).into())
}

/// A file that nobody has run says so where it does not work.
pub fn admits() -> Result<(), Failed> {
    let (_folder, said) = judge(&TRIALS, &[("SPIN_FAILS", "1")])?;
    let says = said.err.split_whitespace().collect::<Vec<_>>().join(" ");
    if said.exit == Some(3) && says.contains("; note that this description was written") {
        return Ok(());
    }
    Err(format!("{:?}\n{}{}", said.exit, said.out, said.err).into())
}

fn judge(trials: &[&str], variables: &[(&str, &str)]) -> io::Result<(tempfile::TempDir, Said)> {
    let folder = tempfile::tempdir()?;
    let implementation = format!("spin={}", env::current_exe()?.display());
    let output = program::command()
        .args(["-i", &implementation, "--json", "report.json", "--exact"])
        .args(trials)
        .envs(variables.iter().copied())
        .current_dir(folder.path())
        .output()?;
    Ok((folder, output.into()))
}
