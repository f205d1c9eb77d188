//! Every trial of the conformance suite, as a test of this platform.

use wasi_tcp_conformance::adapter::{Embedding, End, Guest};
use wasi_tcp_conformance::{Claims, Conformance, Generation, Policy, conformance_main};

struct CappedWasmtime;

impl Embedding for CappedWasmtime {
    fn name(&self) -> &'static str {
        "capped-wasmtime"
    }

    fn version(&self) -> String {
        env!("CARGO_PKG_VERSION").to_owned()
    }

    fn claims(&self) -> Claims {
        Claims::new([Generation::V0_2.patch(12)]).with_policies([
            Policy::Allowed,
            Policy::Denied,
            Policy::DeniedAddresses,
            Policy::OwnLimit,
        ])
    }

    fn compile(&self, component: &[u8]) -> Result<Vec<u8>, String> {
        capped_wasmtime::compile(component).map_err(|error| format!("{error:#}"))
    }

    fn run(&self, guest: &Guest<'_>) -> End {
        let policy = capped_wasmtime::Policy {
            tcp: guest.policy != Policy::Denied,
            addresses: guest.policy.allows_addresses(),
        };
        #[expect(unsafe_code, reason = "the file is what `compile` gave")]
        // SAFETY: as above, and only this user can write to it.
        let returned = unsafe { capped_wasmtime::run(guest.component, guest.arguments, policy) };
        match returned {
            Ok(returned) => End::Returned(returned),
            Err(error) => End::Trapped(format!("{error:?}")),
        }
    }
}

// Strictly, so that `limit::code` fails if the cap does not answer
// `new-socket-limit`. What the command line of wasmtime gets wrong, the suite knows;
// the baseline has what comes from the tokio that is built in here.
conformance_main!(
    Conformance::embedding(CappedWasmtime)
        .made_of("wasmtime-cli", "48.0.8")
        .baseline("tests/known-failures.json")
        .strict()
);
