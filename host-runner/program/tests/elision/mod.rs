//! Text of which parts are left out.

/// Whether a text is what a pattern shows: a line `…` stands for any number of
/// lines, and a `…` in a line for any part of it. Blanks at the end of a line do
/// not count.
pub fn shows(pattern: &str, text: &str) -> bool {
    let lines = |text: &str| -> Vec<String> {
        text.lines()
            .map(|line| line.trim_end().to_owned())
            .collect()
    };
    shows_lines(&lines(pattern), &lines(text))
}

fn shows_lines(pattern: &[String], text: &[String]) -> bool {
    match pattern {
        [] => text.is_empty(),
        [first, rest @ ..] if first == "…" => {
            (0..=text.len()).any(|skipped| shows_lines(rest, &text[skipped..]))
        }
        [first, rest @ ..] => match text {
            [line, others @ ..] => shows_line(first, line) && shows_lines(rest, others),
            [] => false,
        },
    }
}

fn shows_line(pattern: &str, line: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('…') else {
        return pattern == line;
    };
    let Some(line) = line.strip_prefix(start) else {
        return false;
    };
    let mut ends = (0..=line.len()).filter(|at| line.is_char_boundary(*at));
    ends.any(|at| shows_line(rest, &line[at..]))
}
