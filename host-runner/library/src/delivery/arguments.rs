//! Writes the arguments of a guest into a component.

/// Where the arguments go: guest-tests/0.2/delivery/src/bin/arguments.rs says so.
const MARK: &[u8; 32] = b"wasi-tcp-conformance:arguments:\n";

/// How many bytes of arguments there can be; a null byte ends them.
const ROOM: usize = 16 * 1024;

/// The component with these arguments, after the name of a program.
///
/// # Errors
/// When they do not fit.
pub(super) fn written(component: &[u8], arguments: &[&str]) -> Result<Vec<u8>, String> {
    let mut lines = "guest\n".to_owned();
    for argument in arguments {
        if argument.contains(['\n', '\r', '\0']) {
            return Err(format!("the argument {argument:?} has more than one line"));
        }
        lines += argument;
        lines.push('\n');
    }
    if lines.len() >= ROOM {
        let length = lines.len();
        return Err(format!(
            "the arguments have {length} bytes, and {ROOM} are too many"
        ));
    }
    let at = place(component)?;
    let mut written = component.to_vec();
    // The rest of the mark goes as well.
    let end = at + lines.len().max(MARK.len());
    written[at..end].fill(0);
    written[at..at + lines.len()].copy_from_slice(lines.as_bytes());
    Ok(written)
}

/// Where the mark is, which is there once.
fn place(component: &[u8]) -> Result<usize, String> {
    let mut places = component.windows(MARK.len()).enumerate();
    let mut next = || places.find(|(_, bytes)| bytes == MARK).map(|(at, _)| at);
    match (next(), next()) {
        (Some(at), None) if at + ROOM <= component.len() => Ok(at),
        _ => Err("the component has no room for arguments: run `cargo xtask build-guests`".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component() -> Vec<u8> {
        let mut bytes = b"before".to_vec();
        bytes.extend(MARK);
        bytes.extend([0; ROOM - MARK.len()]);
        bytes.extend(b"after");
        bytes
    }

    #[test]
    fn arguments_are_lines() {
        for (arguments, expected) in [
            (&["accept", "ipv4"][..], "guest\naccept\nipv4\n"),
            (&[], "guest\n"),
            (&[""], "guest\n\n"),
        ] {
            let written = written(&component(), arguments).unwrap();
            assert_eq!(written.len(), component().len());
            let text = written.strip_prefix(b"before").unwrap();
            let text = text.strip_suffix(b"after").unwrap();
            let length = text.iter().position(|it| *it == 0).unwrap();
            assert_eq!(&text[..length], expected.as_bytes());
            assert!(text[length..].iter().all(|it| *it == 0), "{arguments:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let fits = "x".repeat(ROOM - "guest\n\n".len() - 1);
        written(&component(), &[&fits]).unwrap();
        written(&component(), &[&format!("{fits}x")]).unwrap_err();
        written(&component(), &["two\nlines"]).unwrap_err();
        written(&component(), &["a\0"]).unwrap_err();
        for component in [b"none".to_vec(), [component(), component()].concat()] {
            written(&component, &["a"]).unwrap_err();
        }
    }
}
