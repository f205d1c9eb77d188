//! Builds guests in other languages, each by the script of its folder.

use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use wit_bindgen_core::Files;
use wit_bindgen_core::wit_parser::Resolve;

/// Builds a guest into `guest-tests/<language>/components` if that is committed, else into
/// `target/guests/<language>`. To check, it is built elsewhere and compared with what is
/// committed. Returns the folder, from that of the workspace.
///
/// # Errors
/// When there is no such guest, it does not build, or the committed one is another.
pub fn build(workspace: &Path, language: &str, check: bool) -> Result<String> {
    let known = languages(workspace)?;
    ensure!(
        known.iter().any(|it| it == language),
        "there is no guest in {language}: there are {}",
        known.join(", ")
    );
    let committed = format!("guest-tests/{language}/components");
    let is_committed = workspace.join(&committed).join("manifest.json").is_file();
    if check && !is_committed {
        bail!("the guest in {language} is not committed, so there is nothing to compare");
    }
    let built = format!("target/guests/{language}");
    let out = match (check, is_committed) {
        // Elsewhere: whoever names target/guests means what is there.
        (true, _) => format!("target/guests-again/{language}"),
        (false, true) => committed.clone(),
        (false, false) => built,
    };
    let status = Command::new(workspace.join("guest-tests").join(language).join("build"))
        .arg(workspace.join(&out))
        .current_dir(workspace)
        .status()
        .with_context(|| format!("failed to run guest-tests/{language}/build"))?;
    ensure!(status.success(), "the guest in {language} does not build");
    if check && files(&workspace.join(&out))? != files(&workspace.join(&committed))? {
        bail!(
            "{committed} is not what its sources say: run `cargo xtask build-guests --guest \
             {language}` and commit what it writes"
        );
    }
    Ok(if check { committed } else { out })
}

/// The folders with a script that builds a guest.
fn languages(workspace: &Path) -> Result<Vec<String>> {
    let folder = workspace.join("guest-tests");
    let mut languages = Vec::new();
    for entry in fs::read_dir(&folder).context("failed to list guest-tests")? {
        let path = entry.context("failed to list guest-tests")?.path();
        if path.join("build").is_file() {
            let name = path.file_name().unwrap_or_default();
            languages.push(name.to_string_lossy().into_owned());
        }
    }
    languages.sort();
    Ok(languages)
}

/// What is in the files of a folder.
fn files(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let failed = || format!("failed to read {}", folder.display());
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(failed)? {
        let path = entry.with_context(failed)?.path();
        let name = path.file_name().map(PathBuf::from).unwrap_or_default();
        files.insert(name, fs::read(&path).with_context(failed)?);
    }
    Ok(files)
}

/// Generates the binding of C for the interfaces in `wit` into a folder. In it, interfaces have
/// short names: `tcp_method_tcp_socket_finish_bind`.
///
/// # Errors
/// When the interfaces cannot be read, or the binding cannot be written.
pub fn c_binding(wit: &Path, out: &Path) -> Result<()> {
    const NAMES: [(&str, &str); 10] = [
        ("wasi:cli/environment", "environment"),
        ("wasi:cli/stdout", "output"),
        ("wasi:clocks/monotonic-clock", "clock"),
        ("wasi:io/error", "error"),
        ("wasi:io/poll", "poll"),
        ("wasi:io/streams", "streams"),
        ("wasi:sockets/network", "network"),
        ("wasi:sockets/instance-network", "instance"),
        ("wasi:sockets/tcp", "tcp"),
        ("wasi:sockets/tcp-create-socket", "factory"),
    ];
    const VERSION: &str = "0.2.6";
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit)?;
    let world = resolve.select_world(&[package], None)?;
    let names = NAMES.iter();
    let options = wit_bindgen_c::Opts {
        rename_world: Some("bindings".to_owned()),
        rename: names
            .map(|(interface, name)| (format!("{interface}@{VERSION}"), (*name).to_owned()))
            .collect(),
        ..wit_bindgen_c::Opts::default()
    };
    let mut files = Files::default();
    options.build().generate(&mut resolve, world, &mut files)?;
    fs::create_dir_all(out).context("failed to create the folder of the binding")?;
    for (name, content) in files.iter() {
        let path = out.join(name);
        fs::write(&path, content).with_context(|| format!("failed to write {}", path.display()))?;
    }
    Ok(())
}
