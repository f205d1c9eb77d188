//! Options: getters and setters, all of them through numbers.

use super::{Operated, trap};
use crate::catalogue::setter;
use crate::mutant::{Event, Operator};
use crate::sockets::{Sockets, This, again};
use wasi_tcp_conformance_core::walk::SocketOption;
use wasmtime_wasi::p2::SocketResult;
use wasmtime_wasi::p2::bindings::sockets::tcp::HostTcpSocket as _;

/// Reads an option.
pub fn get(inner: &mut Sockets<'_>, option: SocketOption, this: This) -> SocketResult<u64> {
    match option {
        SocketOption::KeepAliveEnabled => inner.keep_alive_enabled(this).map(u64::from),
        SocketOption::KeepAliveIdleTime => inner.keep_alive_idle_time(this),
        SocketOption::KeepAliveInterval => inner.keep_alive_interval(this),
        SocketOption::KeepAliveCount => inner.keep_alive_count(this).map(u64::from),
        SocketOption::HopLimit => inner.hop_limit(this).map(u64::from),
        SocketOption::ReceiveBufferSize => inner.receive_buffer_size(this),
        SocketOption::SendBufferSize => inner.send_buffer_size(this),
    }
}

/// Sets an option. Of a number that is too large, the low bits are taken.
#[expect(clippy::cast_possible_truncation, reason = "a mutant cuts numbers off")]
pub fn set(
    inner: &mut Sockets<'_>,
    option: SocketOption,
    this: This,
    value: u64,
) -> SocketResult<()> {
    match option {
        SocketOption::KeepAliveEnabled => inner.set_keep_alive_enabled(this, value != 0),
        SocketOption::KeepAliveIdleTime => inner.set_keep_alive_idle_time(this, value),
        SocketOption::KeepAliveInterval => inner.set_keep_alive_interval(this, value),
        SocketOption::KeepAliveCount => inner.set_keep_alive_count(this, value as u32),
        SocketOption::HopLimit => inner.set_hop_limit(this, value as u8),
        SocketOption::ReceiveBufferSize => inner.set_receive_buffer_size(this, value),
        SocketOption::SendBufferSize => inner.set_send_buffer_size(this, value),
    }
}

impl Operated<'_> {
    pub(super) fn get_option(&mut self, option: SocketOption, this: &This) -> SocketResult<u64> {
        let method = option.name();
        let before = self.facts(this).calls;
        let value = self.call(
            method,
            method,
            this,
            |_| Ok(0),
            |inner, this| get(inner, option, this),
        )?;
        // The first call is not altered, and none is that was not counted.
        let is_counted = self.facts(this).calls > before;
        let operator = self.mutant.filter(|it| it.method == method && is_counted);
        let applies = self.is_time(this);
        match operator.map(|it| it.operator).filter(|_| applies) {
            Some(Operator::Number(change)) => Ok(change.of(value)),
            Some(Operator::Option(other)) => get(&mut self.inner, other, again(this)),
            Some(Operator::Stale) => Ok(*self.facts(this).first.get_or_insert(value)),
            _ => Ok(value),
        }
    }

    pub(super) fn set_option(
        &mut self,
        option: SocketOption,
        this: &This,
        value: u64,
    ) -> SocketResult<()> {
        let method = setter(option);
        if let Ok(old) = get(&mut self.inner, option, again(this)) {
            self.facts(this).defaults.entry(option).or_insert(old);
        }
        let call = if value == 0 && option != SocketOption::KeepAliveEnabled {
            format!("{method}(0)")
        } else {
            method.to_owned()
        };
        // Of 0, only the code matters.
        let is_refused = call.ends_with(')');
        let altered = self.mutant.filter(|it| it.method == method && !is_refused);
        let altered = altered.map(|it| it.operator);
        let (option_set, number) = match altered {
            Some(Operator::Number(change)) => (option, change.of(value)),
            Some(Operator::Option(other)) => (other, value.max(1)),
            _ => (option, value),
        };
        let mutant = self.mutant;
        if is_refused
            && !matches!(
                mutant.map(|it| it.operator),
                Some(Operator::Recodes(_) | Operator::RecodesLegally(_) | Operator::Fails(_))
            )
        {
            self.mutant = None;
        }
        let done = self.call(
            method,
            &call,
            this,
            |_| Ok(()),
            |inner, this| set(inner, option_set, this, number),
        );
        self.mutant = mutant;
        if done.is_ok() {
            self.facts(this).values.insert(option, value);
            if let Some(Operator::Also(other)) = altered {
                // It is a mistake, and may be refused.
                let _ = set(&mut self.inner, other, again(this), value.max(1));
            }
        }
        done
    }

    /// Puts options back at an event, if that is what the mutant does.
    pub(super) fn lose_options(&mut self, event: Event, this: &This) {
        for option in SocketOption::ALL {
            if self.does(setter(option), Operator::LostAt(event), this)
                && let Some(value) = self.facts(this).defaults.get(&option).copied()
            {
                // It was read before, so it can be set.
                let _ = set(&mut self.inner, option, again(this), value);
            }
        }
    }

    /// Gives a new socket what the last one with its number had.
    pub(super) fn inherit_options(&mut self, this: &This) -> SocketResult<()> {
        let Some(legacy) = self.facts(this).legacy.clone() else {
            return Ok(());
        };
        for (option, value) in legacy.values {
            if self.does(setter(option), Operator::Inherited, this) {
                set(&mut self.inner, option, again(this), value)?;
            }
        }
        Ok(())
    }

    /// Takes from an accepted socket what its listener had.
    pub(super) fn disinherit(&mut self, listener: &This, this: &This) {
        for option in SocketOption::ALL {
            if self.does(setter(option), Operator::LostAt(Event::Accept), this)
                && let Some(value) = self.facts(listener).defaults.get(&option).copied()
            {
                let _ = set(&mut self.inner, option, again(this), value);
            }
        }
    }

    /// A number for an answer that is smaller than one.
    pub(super) fn narrow<T: TryFrom<u64>>(value: u64, mask: u64) -> SocketResult<T> {
        T::try_from(value & mask).map_err(|_| trap(wasmtime::format_err!("no such number")))
    }
}
