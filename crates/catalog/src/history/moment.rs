//! When in the past something is asked of: a time, or a position of the change feed.

use std::str::FromStr;

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, Time};

/// A point in the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Position of the change feed; versions are named by the one they began at.
    Position(i64),
    /// Unix time in milliseconds.
    Time(i64),
}

/// Neither a time nor a position.
#[derive(Debug, thiserror::Error)]
#[error("'{0}' is no time such as 2026-03-01T12:00:00Z, no day such as 2026-03-01, and no number of a version")]
pub struct NoMoment(String);

impl FromStr for Moment {
    type Err = NoMoment;

    /// A time with its offset, a day (its end, in UTC), or a position.
    fn from_str(text: &str) -> Result<Self, NoMoment> {
        let millis = |time: OffsetDateTime| i64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok();
        let position = || text.parse().ok().filter(|position| *position >= 0).map(Self::Position);
        let time = || OffsetDateTime::parse(text, &Rfc3339).ok().and_then(millis).map(Self::Time);
        let day = || {
            let day = Date::parse(text, format_description!("[year]-[month]-[day]")).ok()?;
            Some(Self::Time(millis(day.next_day()?.with_time(Time::MIDNIGHT).assume_utc())? - 1))
        };
        position().or_else(time).or_else(day).ok_or_else(|| NoMoment(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_days_and_positions_are_told_apart() {
        let parse = |text: &str| text.parse::<Moment>().ok();
        assert_eq!(parse("17"), Some(Moment::Position(17)));
        assert_eq!(parse("1970-01-01T01:00:01+01:00"), Some(Moment::Time(1000)));
        assert_eq!(parse("1970-01-01"), Some(Moment::Time(24 * 3600 * 1000 - 1)));
        for strange in ["", "-1", "yesterday", "2026-13-01", "2026-03-01T12:00:00", "1.5"] {
            assert!(parse(strange).is_none(), "{strange}");
        }
    }
}
