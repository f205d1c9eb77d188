//! The attribute that marks the function of a case.

use proc_macro::{Span, TokenStream, TokenTree};

/// Marks the function that observes a case, so that reports can show it.
///
/// The function stays as it is. Its place goes into a custom section, one line
/// a case: the name of the case, the file, the first and the last line of the
/// function, separated by tabs. `cargo xtask build-guests` moves them to the
/// manifest.
///
/// ```ignore
/// #[case]
/// fn local_address(family: IpAddressFamily) -> Result<impl Observe, Halt> { … }
/// ```
///
/// Cases that differ only in an argument share a function. The attribute then
/// lists the cases, each with its argument, and declares a function for each:
///
/// ```ignore
/// #[case(
///     default_hop_limit = &option::HOP_LIMIT,
///     default_send_buffer_size = &option::SEND_BUFFER_SIZE,
/// )]
/// fn default(family: IpAddressFamily, option: &SocketOption) -> Result<impl Observe, Halt> { … }
/// ```
#[proc_macro_attribute]
pub fn case(cases: TokenStream, function: TokenStream) -> TokenStream {
    let mut output = function.clone();
    output.extend(expand(cases, function).unwrap_or_else(Mistake::into_tokens));
    output
}

/// What the attribute adds to the function.
fn expand(cases: TokenStream, function: TokenStream) -> Result<TokenStream, Mistake> {
    let place = Place::of(function)?;
    let cases = parse(cases)?;
    let mut items = String::new();
    if cases.is_empty() {
        items += &place.record(&place.function);
    }
    for case in &cases {
        items += &place.record(&case.name);
        items += &case.function(&place.function);
    }
    items
        .parse()
        .map_err(|error| Mistake::new(Span::call_site(), format!("failed to expand: {error}")))
}

/// Where a function stands.
struct Place {
    function: String,
    file: String,
    first: usize,
    last: usize,
}

impl Place {
    fn of(function: TokenStream) -> Result<Self, Mistake> {
        let tokens: Vec<_> = function.into_iter().collect();
        let name = tokens
            .iter()
            .skip_while(|token| token.to_string() != "fn")
            .nth(1);
        let (Some(first), Some(name), Some(last)) = (tokens.first(), name, tokens.last()) else {
            return Err(Mistake::new(Span::call_site(), "expected a function"));
        };
        Ok(Self {
            function: name.to_string(),
            file: name.span().file(),
            first: first.span().start().line(),
            last: last.span().end().line(),
        })
    }

    /// A static that puts the place of a case into the custom section. With
    /// `#[used]`, it would be among the data of the guest too.
    fn record(&self, case: &str) -> String {
        let line = format!("{case}\t{}\t{}\t{}\n", self.file, self.first, self.last);
        format!(
            "const _: () = {{
                #[allow(dead_code)]
                #[unsafe(link_section = \"wasi-tcp-conformance:places\")]
                static PLACE: [u8; {}] = *b\"{}\";
            }};",
            line.len(),
            line.as_bytes().escape_ascii(),
        )
    }
}

/// A case that shares its function with others.
struct Case {
    name: String,
    argument: TokenStream,
}

impl Case {
    /// A function with the name of the case, which calls the shared one.
    fn function(&self, shared: &str) -> String {
        let Self { name, argument } = self;
        format!(
            "fn {name}(family: ::guests::IpAddressFamily)
                -> ::core::result::Result<impl ::guests::Observe, ::guests::Halt>
            {{
                {shared}(family, {argument})
            }}"
        )
    }
}

/// Reads `name = argument, …`.
fn parse(cases: TokenStream) -> Result<Vec<Case>, Mistake> {
    let mut tokens = cases.into_iter();
    let mut cases = Vec::new();
    while let Some(name) = tokens.next() {
        let is_named = matches!(name, TokenTree::Ident(_));
        if !is_named || !tokens.next().is_some_and(|token| is(&token, '=')) {
            return Err(Mistake::new(name.span(), "expected `name = argument`"));
        }
        let argument = tokens.by_ref().take_while(|token| !is(token, ','));
        cases.push(Case {
            name: name.to_string(),
            argument: argument.collect(),
        });
    }
    Ok(cases)
}

fn is(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

/// Why the attribute can't be expanded.
struct Mistake {
    place: Span,
    problem: String,
}

impl Mistake {
    fn new(place: Span, problem: impl Into<String>) -> Self {
        let problem = problem.into();
        Self { place, problem }
    }

    /// `compile_error!`, reported where the mistake is.
    fn into_tokens(self) -> TokenStream {
        let call = format!("::core::compile_error! {{ {:?} }}", self.problem);
        let tokens: TokenStream = call.parse().unwrap_or_default();
        tokens
            .into_iter()
            .map(|mut token| {
                token.set_span(self.place);
                token
            })
            .collect()
    }
}
