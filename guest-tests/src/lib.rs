//! What every guest shares: the bindings, the verbs, and how it reports.
//!
//! A guest observes and never judges: no case asserts anything or asks which
//! runtime it runs on. A case is a function from an address family to
//! `Result<impl Observe, Halt>`: what it returns is the observation, and `?`
//! leaves it when the set-up that it needs did not come about.

#![no_std]

extern crate alloc;

pub mod address;
mod arrange;
pub mod clock;
pub mod flow;
mod observe;
pub mod option;
pub mod reach;
mod report;
mod silent;
mod socket;

pub use address::{loopback, same};
pub use arrange::{At, Halt, Pair, bound, connected, create, listening, other, serve};
pub use observe::Observe;
pub use report::{run, step};
pub use serde_json::{Value, json};
pub use silent::{Silent, silent};
pub use socket::{Connection, Socket};

/// The imports of the world `guest`; a component keeps only those it uses.
#[expect(clippy::pedantic, reason = "generated code")]
pub mod bindings {
    wit_bindgen::generate!({
        world: "guest",
        generate_all,
        pub_export_macro: true,
        default_bindings_module: "guest_tests::bindings",
    });
}

pub use bindings::wasi::sockets::instance_network::instance_network;
pub use bindings::wasi::sockets::network::{ErrorCode, IpAddressFamily, IpSocketAddress};
pub use bindings::wasi::sockets::tcp::{ShutdownType, TcpSocket};
pub use bindings::wasi::sockets::tcp_create_socket::create_tcp_socket;

#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// A panic is a mistake of the guest, not of the runtime: it is reported as
/// such before the trap that ends it.
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    report::panicked(info);
    core::arch::wasm32::unreachable()
}

/// Declares the cases of a topic and exports them as a command.
///
/// Each name is both the function and the argument that selects it. A custom
/// section lists the names, so that the runner knows them without a runtime.
#[macro_export]
macro_rules! cases {
    ($($case:ident),+ $(,)?) => {
        struct Topic;

        #[used]
        #[unsafe(link_section = "wasi-tcp-conformance:cases")]
        static CASES: [u8; NAMES.len()] = *NAMES
            .as_bytes()
            .first_chunk()
            .expect("an array of the length of the text");
        const NAMES: &str = concat!($(stringify!($case), "\n"),+);

        impl $crate::bindings::exports::wasi::cli::run::Guest for Topic {
            fn run() -> Result<(), ()> {
                $crate::run(&[$((
                    stringify!($case),
                    |family| $case(family).map(|seen| $crate::Observe::observe(&seen)),
                )),+])
            }
        }

        $crate::bindings::export!(Topic with_types_in $crate::bindings);
    };
}
