//! When the last member of a process group is gone.
//!
//! After SIGKILL, members run on for a moment, and only the leader is our child
//! to wait for. But the group's id tells: `kill` says ESRCH once no process has
//! it. Zombies that nobody reaps keep the id for ever, as in a container whose
//! first process reaps no orphans. They have closed their files, so they count
//! as gone; on Linux, `/proc` tells them from the living.

use rustix::io::Errno;
use rustix::process::{Pid, WaitOptions, test_kill_process_group, waitpgid};

/// Whether no member can print any more. The leader must have been reaped.
pub(super) fn are_gone(group: Pid) -> bool {
    // Orphans become our children if this is the first process of a container.
    while let Ok(Some(_)) = waitpgid(group, WaitOptions::NOHANG) {}
    match test_kill_process_group(group) {
        Err(Errno::SRCH) => true,
        // macOS says this when only zombies are left.
        Err(Errno::PERM) if cfg!(target_vendor = "apple") => true,
        _ => is_of_zombies(group),
    }
}

/// The processes of a group, as far as they can be seen.
#[cfg(target_os = "linux")]
pub(crate) fn members(group: Pid) -> std::io::Result<Vec<Pid>> {
    let mut members = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let Some(id) = name
            .and_then(|name| name.parse().ok())
            .and_then(Pid::from_raw)
        else {
            continue;
        };
        // One that has ended meanwhile has no file.
        let stat = std::fs::read(path.join("stat")).unwrap_or_default();
        if is_zombie(&String::from_utf8_lossy(&stat), group) == Some(false) {
            members.push(id);
        }
    }
    Ok(members)
}

/// Whether all members are zombies.
#[cfg(target_os = "linux")]
fn is_of_zombies(group: Pid) -> bool {
    use std::fs;
    let Ok(processes) = fs::read_dir("/proc") else {
        return false;
    };
    let mut members = processes
        .flatten()
        // A program's name is any bytes.
        .filter_map(|it| fs::read(it.path().join("stat")).ok())
        .filter_map(|stat| is_zombie(&String::from_utf8_lossy(&stat), group))
        .peekable();
    // A member that is not found may be hidden, as another user's.
    members.peek().is_some() && members.all(|is_zombie| is_zombie)
}

#[cfg(not(target_os = "linux"))]
fn is_of_zombies(_: Pid) -> bool {
    false
}

/// Whether a process is a zombie, if it is a member. `stat` is the text of
/// `/proc/PID/stat`: the id, the name in parentheses, and words.
#[cfg(target_os = "linux")]
pub(super) fn is_zombie(stat: &str, group: Pid) -> Option<bool> {
    let (_, rest) = stat.rsplit_once(')')?;
    let words: Vec<_> = rest.split_whitespace().collect();
    let [state, _, its_group, ..] = *words else {
        return None;
    };
    // The state is that of the main thread, which can end before the others.
    let is_alone = words.get(17) == Some(&"1");
    (its_group == group.to_string()).then_some(state == "Z" && is_alone)
}
