//! How an implementation is run. An adapter starts guests and hands over what
//! they printed; it does not interpret it.

pub(crate) mod command;
mod embedding;
mod http;
mod interface;
#[cfg(feature = "wasmtime")]
mod wasmtime;

pub(crate) use embedding::InChildren;
pub use embedding::{Embedding, End, Guest};
pub use interface::{Adapter, Request};
#[cfg(feature = "wasmtime")]
pub use wasmtime::Wasmtime;
