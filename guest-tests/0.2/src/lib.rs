//! What all guests share: the bindings, the set-up of sockets, and the report.
//!
//! A guest observes and never judges: no case asserts anything, or asks which
//! runtime it runs on. A case is a function from an address family to
//! `Result<impl Observe, Halt>`. What it returns is the observation; `?` ends
//! the case when a step of its set-up fails.

#![no_std]

extern crate alloc;

pub mod address;
pub mod clock;
pub mod exchange;
mod observe;
pub mod option;
mod report;
mod setup;
mod socket;
pub mod transfer;
pub mod under_fault;
mod unresponsive;
pub mod walk;

pub use address::{loopback, same};
pub use guest_macros::case;
pub use observe::Observe;
pub use report::{outside_listener, run, step, told};
pub use serde_json::{Value, json};
pub use setup::{
    At, Halt, Pair, bound, client_of, client_outside, closed, connect_and_accept, connected,
    create, listening, listening_in_both, other, refused_again,
};
pub use socket::{Connection, Socket, Streams};
pub use unresponsive::{UnresponsivePeer, unresponsive_peer};

/// The imports of the world `guest`; a component keeps only those it uses.
#[expect(clippy::pedantic, reason = "generated code")]
#[allow(missing_docs, reason = "generated code")]
pub mod bindings {
    wit_bindgen::generate!({
        world: "guest",
        generate_all,
        pub_export_macro: true,
        default_bindings_module: "guests::bindings",
    });
}

pub use bindings::wasi::sockets::instance_network::instance_network;
pub use bindings::wasi::sockets::network::{ErrorCode, IpAddressFamily, IpSocketAddress};
pub use bindings::wasi::sockets::tcp::{ShutdownType, TcpSocket};
pub use bindings::wasi::sockets::tcp_create_socket::create_tcp_socket;

#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// A panic is a mistake of the guest, not of the runtime. The report says so
/// before the guest traps.
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    report::panicked(info);
    core::arch::wasm32::unreachable()
}

/// Declares the cases of a topic and exports them as a command.
///
/// Each name is that of a function marked with [`case`], and the argument that
/// selects it. A custom section lists the names, so that the runner learns them
/// without running the component.
#[macro_export]
macro_rules! cases {
    ($($case:ident),+ $(,)?) => {
        struct Topic;

        // Without `#[used]`, which would keep the names among the data too.
        #[expect(dead_code, reason = "the runner reads the section")]
        #[unsafe(link_section = "wasi-tcp-conformance:cases")]
        static CASES: [u8; NAMES.len()] = *NAMES
            .as_bytes()
            .first_chunk()
            .expect("an array as long as the text");
        const NAMES: &str = concat!($(stringify!($case), "\n"),+);

        impl $crate::bindings::exports::wasi::cli::run::Guest for Topic {
            fn run() -> Result<(), ()> {
                $crate::run(&[$((
                    stringify!($case),
                    |family| $case(family).map(|observed| $crate::Observe::observe(&observed)),
                )),+])
            }
        }

        $crate::bindings::export!(Topic with_types_in $crate::bindings);
    };
}
