//! Paths in what macros and attributes are given, which no parser of Rust can read: a
//! path is any run of identifiers with `::` between them.

use proc_macro2::{Ident, Literal, Spacing, Span, TokenStream, TokenTree};

/// Calls `found` with every path.
pub(super) fn in_macro(tokens: &TokenStream, found: &mut impl FnMut(&[Ident])) {
    scan(tokens, found, &mut |_| {});
}

/// Calls `found` with what can be a path: `#[derive(Type)]`, `#[arg(default_value_t =
/// Type::A)]`, `#[serde(with = "a::b")]`. Other single names are settings.
pub(super) fn in_attribute(tokens: &TokenStream, found: &mut impl FnMut(&[Ident])) {
    let mut paths: Vec<Vec<Ident>> = Vec::new();
    let mut quoted = Vec::new();
    let mut path = |path: &[Ident]| paths.push(path.to_vec());
    scan(tokens, &mut path, &mut |literal| {
        quoted.extend(path_in(literal));
    });
    paths.retain(|path| path.len() > 1 || begins_upper(&path[0]));
    for path in paths.iter().chain(&quoted) {
        found(path);
    }
}

/// The path of several names that a string is.
fn path_in(literal: &Literal) -> Option<Vec<Ident>> {
    let text: syn::LitStr = syn::parse_str(&literal.to_string()).ok()?;
    let path: syn::Path = syn::parse_str(&text.value()).ok()?;
    let is_path = path.segments.len() > 1 && path.leading_colon.is_none();
    let names = path.segments.into_iter().map(|segment| {
        let mut name = segment.ident;
        name.set_span(literal.span());
        name
    });
    is_path.then(|| names.collect())
}

pub(super) fn begins_upper(name: &Ident) -> bool {
    name.to_string().starts_with(char::is_uppercase)
}

pub(super) fn text(name: &Ident) -> String {
    let name = name.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}

pub(super) fn line(span: Span) -> usize {
    span.start().line
}

/// Calls `found` with every path, and `literal` with every literal.
fn scan(
    tokens: &TokenStream,
    found: &mut impl FnMut(&[Ident]),
    literal: &mut impl FnMut(&Literal),
) {
    let tokens: Vec<_> = tokens.clone().into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        let start = at;
        match &tokens[at] {
            TokenTree::Group(group) => scan(&group.stream(), found, literal),
            TokenTree::Literal(text) => literal(text),
            TokenTree::Punct(_) => {}
            TokenTree::Ident(first) => {
                let mut path = vec![first.clone()];
                while let Some(TokenTree::Ident(next)) = after_colons(&tokens[at + 1..]) {
                    path.push(next.clone());
                    at += 3;
                }
                let names_a_field = path.len() == 1 && is_label(&tokens[at + 1..]);
                if begins_a_path(&tokens[..start], first) && !names_a_field {
                    found(&path);
                }
            }
        }
        at += 1;
    }
}

/// What follows `::`.
fn after_colons(tokens: &[TokenTree]) -> Option<&TokenTree> {
    match tokens {
        [first, second, next, ..] if is(first, ':') && is(second, ':') => Some(next),
        _ => None,
    }
}

/// Whether an identifier stands for itself: it does not in `.field`, `'lifetime`,
/// `$variable` and `::outside`.
fn begins_a_path(before: &[TokenTree], first: &Ident) -> bool {
    match before {
        [.., dot, last] if is(last, '.') => is(dot, '.'),
        [.., last] if is(last, '$') => first == "crate",
        [.., colon, last] if is(last, ':') => !is(colon, ':'),
        [.., last] => !is(last, '\'') && !is(last, '.'),
        [] => true,
    }
}

/// Whether what comes before is the name of something: `name: value`,
/// `name = value`.
fn is_label(after: &[TokenTree]) -> bool {
    match after {
        [TokenTree::Punct(sign), ..] => {
            sign.spacing() == Spacing::Alone && [':', '='].contains(&sign.as_char())
        }
        _ => false,
    }
}

fn is(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(tokens: &str) -> Vec<String> {
        let mut paths = Vec::new();
        let mut found = |path: &[Ident]| {
            let names: Vec<_> = path.iter().map(ToString::to_string).collect();
            paths.push(names.join("::"));
        };
        in_macro(&tokens.parse().unwrap(), &mut found);
        paths
    }

    #[test]
    fn paths_are_found_wherever_they_stand() {
        for (tokens, expected) in [
            ("\"{}\", crate::a::B", vec!["crate::a::B"]),
            ("x.y.crate_::z", vec!["x"]),
            ("[(super::a(self::b))]", vec!["super::a", "self::b"]),
            ("name = a::b, c == d", vec!["a::b", "c", "d"]),
            ("A { field: b }", vec!["A", "b"]),
            ("A::<B>::c", vec!["A", "B"]),
            ("::outside::a, 'life", vec![]),
            ("$crate::a, $b", vec!["crate::a"]),
            ("a..b, a => c", vec!["a", "b", "a", "c"]),
        ] {
            assert_eq!(paths(tokens), expected, "{tokens}");
        }
    }
}
