//! What an option may read: what was set, what the listener had, what it was.

use super::super::{Answer, Call, Method, RuleName, SocketId, SocketOption};
use super::Replay;
use super::world::{Broken, OptionValue, SURE_BYTES, Socket};

impl Replay<'_> {
    /// Whether a getter may answer this.
    pub(super) fn is_value(
        &self,
        id: SocketId,
        call: &Call,
        answer: &Answer,
    ) -> Result<(), Broken> {
        let Call::Method {
            method: Method::Get(option),
            ..
        } = call
        else {
            return Ok(());
        };
        let option = *option;
        let Some(read) = value(option, answer) else {
            let allowed = match option {
                SocketOption::KeepAliveEnabled => "true or false",
                _ => "a number",
            };
            return Err(Broken::new(RuleName::OptionReadable, allowed));
        };
        let Some(own) = self.world.sockets.get(&id) else {
            return Ok(());
        };
        let known = self.world.values[own.options[option as usize]];
        // Systems adjust the buffers of a connection.
        if option.is_buffer() && own.may_be(super::State::is_connected) {
            return Ok(());
        }
        if let Some(before) = known.read
            && before != read
        {
            return match self.rule_of_change(own, option) {
                Some(rule) => Err(Broken::new(rule, shown(option, before))),
                None => Ok(()),
            };
        }
        match (known.set, known.read) {
            (Some(set), None) => self.fits(option, set, read).map_err(|broken| {
                // It was told to the listener.
                let is_own = own.seen_at[option as usize].is_some();
                let rule = self.rule_of_change(own, option);
                let rule = rule.filter(|_| !is_own).unwrap_or(broken.rule);
                Broken { rule, ..broken }
            }),
            _ => Ok(()),
        }
    }

    /// Which rule is broken when an option is another than it was, if one is.
    fn rule_of_change(&self, own: &Socket, option: SocketOption) -> Option<RuleName> {
        let index = option as usize;
        if let Some(seen_at) = own.seen_at[index] {
            return Some(match own.zero_at[index] {
                Some(zero_at) if zero_at > seen_at => RuleName::OptionAfterZero,
                _ if own.moved_at > seen_at => RuleName::OptionKept,
                _ => RuleName::OptionValue,
            });
        }
        let listener = own.accepted_by.and_then(|it| self.world.sockets.get(&it));
        if let Some(listener) = listener {
            let is_late = listener.set_at[index] > listener.moved_at;
            return Some(if is_late {
                RuleName::OptionAfterListen
            } else {
                RuleName::OptionInherited
            });
        }
        if own.lent[index] {
            return Some(RuleName::OptionInherited);
        }
        // What a new socket has is up to the host, unless others were told something.
        self.world.was_set.then_some(RuleName::OptionValue)
    }

    /// Whether this can be read after that was set.
    fn fits(&self, option: SocketOption, set: u64, read: u64) -> Result<(), Broken> {
        if matches!(
            option,
            SocketOption::KeepAliveEnabled | SocketOption::HopLimit
        ) {
            if set == read {
                return Ok(());
            }
            return Err(Broken::new(RuleName::OptionExact, shown(option, set)));
        }
        let Some(others) = self.world.read_back.get(&option) else {
            return Ok(());
        };
        for (other_set, other_read) in others {
            let (other_set, other_read) = (*other_set, *other_read);
            let is_out_of_order = match set.cmp(&other_set) {
                std::cmp::Ordering::Less => read > other_read,
                std::cmp::Ordering::Equal => read != other_read,
                std::cmp::Ordering::Greater => read < other_read,
            };
            if is_out_of_order {
                let allowed = format!(
                    "for {set} what fits to {other_read}, which {} read for {other_set}",
                    option.name()
                );
                return Err(Broken::new(RuleName::OptionClamped, allowed));
            }
            let is_changed = (other_read == set && read != set)
                || (read == other_set && other_read != other_set);
            if is_changed {
                let allowed = "a value that was read reads the same when it is set";
                return Err(Broken::new(RuleName::OptionClamped, allowed));
            }
        }
        Ok(())
    }

    pub(super) fn was_read(&mut self, id: SocketId, option: SocketOption, answer: &Answer) {
        let (Some(read), Some(own)) = (value(option, answer), self.world.sockets.get(&id)) else {
            return;
        };
        let is_closed = own.may_be(|state| state == super::State::Closed);
        if is_closed || (option.is_buffer() && own.may_be(super::State::is_connected)) {
            return;
        }
        let known = &mut self.world.values[own.options[option as usize]];
        if known.read.is_none()
            && let Some(set) = known.set
        {
            let pairs = self.world.read_back.entry(option).or_default();
            pairs.push((set, read));
        }
        known.read = Some(read);
        let now = self.world.now;
        if let Some(own) = self.world.sockets.get_mut(&id) {
            own.seen_at[option as usize] = Some(now);
        }
    }

    pub(super) fn was_set(&mut self, id: SocketId, option: SocketOption, value: u64) {
        let cell = self.world.new_value(OptionValue {
            set: Some(value),
            ..OptionValue::default()
        });
        let unknown = self.world.new_value(OptionValue::default());
        let now = self.world.now;
        if let Some(own) = self.world.sockets.get_mut(&id) {
            let is_open = !own.may_be(|state| state == super::State::Closed);
            own.options[option as usize] = if is_open { cell } else { unknown };
            own.set_at[option as usize] = now;
            own.seen_at[option as usize] = Some(now);
            own.small_buffers |= option.is_buffer() && value < SURE_BYTES;
        }
        self.world.was_set = true;
    }

    /// A socket was told 0, which it refused.
    pub(super) fn was_set_to_zero(&mut self, id: SocketId, option: SocketOption) {
        let now = self.world.now;
        if let Some(own) = self.world.sockets.get_mut(&id) {
            own.zero_at[option as usize] = Some(now);
        }
    }

    /// Forgets the sizes of buffers, which may be others in another state.
    pub(super) fn forget_buffers(&mut self, id: SocketId) {
        for option in SocketOption::ALL.into_iter().filter(|it| it.is_buffer()) {
            let unknown = self.world.new_value(OptionValue::default());
            if let Some(own) = self.world.sockets.get_mut(&id) {
                own.options[option as usize] = unknown;
            }
        }
    }

    /// Gives an accepted socket what its listener has, apart from the sizes of buffers
    /// and from what was set while its client was waiting.
    pub(super) fn inherit(&mut self, id: SocketId, listener: SocketId, since: usize) {
        let Some(from) = self.world.sockets.get(&listener) else {
            return;
        };
        let (options, set_at, small) = (from.options, from.set_at, from.small_buffers);
        if let Some(own) = self.world.sockets.get_mut(&id) {
            own.small_buffers = small;
        }
        for option in SocketOption::ALL {
            let index = option as usize;
            if option.is_buffer() || set_at[index] > since {
                continue;
            }
            let value = self.world.values[options[index]];
            // Shared as long as it is unknown, so that what one shows holds for both.
            let cell = if value.read.is_some() {
                self.world.new_value(value)
            } else {
                options[index]
            };
            if let Some(listener) = self.world.sockets.get_mut(&listener) {
                listener.lent[index] = true;
            }
            if let Some(own) = self.world.sockets.get_mut(&id) {
                own.options[index] = cell;
            }
        }
    }
}

fn value(option: SocketOption, answer: &Answer) -> Option<u64> {
    match (option, answer) {
        (SocketOption::KeepAliveEnabled, Answer::Bool(it)) => Some(u64::from(*it)),
        (SocketOption::KeepAliveEnabled, _) => None,
        (_, Answer::Number(number)) => Some(*number),
        _ => None,
    }
}

fn shown(option: SocketOption, value: u64) -> String {
    match option {
        SocketOption::KeepAliveEnabled => (value != 0).to_string(),
        _ => value.to_string(),
    }
}
