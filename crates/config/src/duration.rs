//! Durations as Backstage writes them: `PT1M`, `{ minutes: 1 }` or `30s`.

use std::time::Duration;

use serde_json::Value;

const SECOND: f64 = 1.0;
const MINUTE: f64 = 60.0;
const HOUR: f64 = 3_600.0;
const DAY: f64 = 86_400.0;

/// Units of the object form in seconds; a month counts 30 days and a year 365, as in Backstage.
const UNITS: &[(&str, f64)] = &[
    ("years", 365.0 * DAY),
    ("months", 30.0 * DAY),
    ("weeks", 7.0 * DAY),
    ("days", DAY),
    ("hours", HOUR),
    ("minutes", MINUTE),
    ("seconds", SECOND),
    ("milliseconds", 0.001),
];

/// The longest text worth looking at.
const MAX_TEXT: usize = 100;

/// Why a value is not a duration.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    #[error("The value cannot be a plain number; try adding a unit like 'ms' or 'seconds'")]
    PlainNumber,
    #[error("Not a valid duration string, try a number followed by a unit such as '1d' or '2 seconds'")]
    Text,
    #[error("Invalid ISO format, expected a value similar to 'P2DT6H' (2 days 6 hours) or 'PT1M' (1 minute)")]
    Iso,
    #[error("Negative durations are not allowed")]
    Negative,
    #[error("The duration is too long")]
    TooLong,
    #[error("Needs one or more of {}", unit_names())]
    NoUnit,
    #[error("Unknown property '{name}'; expected one or more of {}", unit_names())]
    UnknownUnit { name: String },
    #[error("The value of '{0}' must be a number")]
    UnitNotNumber(String),
    #[error("expected a duration such as '30s', 'PT1M' or {{ minutes: 1 }}")]
    Type,
}

fn unit_names() -> String {
    UNITS.iter().map(|(name, _)| format!("'{name}'")).collect::<Vec<_>>().join(", ")
}

/// Reads any of the three forms.
///
/// # Errors
/// Says what is wrong in Backstage's words; the caller adds key and place.
pub fn parse_duration(value: &Value) -> Result<Duration, DurationError> {
    let seconds = match value {
        Value::String(text) => {
            let text = text.trim();
            if text.starts_with(['P', '-']) && text.trim_start_matches('-').starts_with('P') {
                iso_seconds(text)?
            } else {
                short_seconds(text)?
            }
        }
        Value::Object(members) => {
            if members.is_empty() {
                return Err(DurationError::NoUnit);
            }
            let mut total = 0.0;
            for (name, amount) in members {
                let unit = UNITS.iter().find(|(unit, _)| unit == name);
                let (_, scale) = unit.ok_or_else(|| DurationError::UnknownUnit { name: name.clone() })?;
                total += scale * amount.as_f64().ok_or_else(|| DurationError::UnitNotNumber(name.clone()))?;
            }
            total
        }
        Value::Number(_) => return Err(DurationError::PlainNumber),
        Value::Null | Value::Bool(_) | Value::Array(_) => return Err(DurationError::Type),
    };
    if seconds < 0.0 {
        return Err(DurationError::Negative);
    }
    // Whole microseconds: 0.1 + 0.2 must not leave a tail of nanoseconds behind.
    Duration::try_from_secs_f64((seconds * 1e6).round() / 1e6).map_err(|_| DurationError::TooLong)
}

/// `1d`, `2 seconds`, `1.5h` …
fn short_seconds(text: &str) -> Result<f64, DurationError> {
    if text.len() > MAX_TEXT || text.is_empty() {
        return Err(DurationError::Text);
    }
    let split = text.find(|c: char| !matches!(c, '0'..='9' | '.' | '-')).unwrap_or(text.len());
    let (amount, unit) = text.split_at(split);
    if unit.is_empty() && amount.bytes().all(|b| b.is_ascii_digit()) {
        return Err(DurationError::PlainNumber);
    }
    let amount: f64 = amount.parse().map_err(|_| DurationError::Text)?;
    let scale = match unit.trim_start_matches(' ').to_ascii_lowercase().as_str() {
        "milliseconds" | "millisecond" | "msecs" | "msec" | "ms" | "" => 0.001,
        "seconds" | "second" | "secs" | "sec" | "s" => SECOND,
        "minutes" | "minute" | "mins" | "min" | "m" => MINUTE,
        "hours" | "hour" | "hrs" | "hr" | "h" => HOUR,
        "days" | "day" | "d" => DAY,
        "weeks" | "week" | "w" => 7.0 * DAY,
        "months" | "month" | "mo" => 30.0 * DAY,
        "years" | "year" | "yrs" | "yr" | "y" => 365.0 * DAY,
        _ => return Err(DurationError::Text),
    };
    Ok(amount * scale)
}

/// `P1DT2H`, `PT0.5S`, `-PT1M` …
fn iso_seconds(text: &str) -> Result<f64, DurationError> {
    if text.len() > MAX_TEXT {
        return Err(DurationError::Iso);
    }
    let (sign, text) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let body = text.strip_prefix('P').ok_or(DurationError::Iso)?;
    let (date, time) = body.split_once('T').map_or((body, None), |(date, time)| (date, Some(time)));
    if time.is_some_and(str::is_empty) || body.is_empty() {
        return Err(DurationError::Iso);
    }
    let date_units = [('Y', 365.0 * DAY), ('M', 30.0 * DAY), ('W', 7.0 * DAY), ('D', DAY)];
    let time_units = [('H', HOUR), ('M', MINUTE), ('S', SECOND)];
    Ok(sign * (designated(date, &date_units)? + designated(time.unwrap_or(""), &time_units)?))
}

/// Sums `<number><designator>` pairs; designators must come in the order of `units`, each at most once.
fn designated(mut text: &str, units: &[(char, f64)]) -> Result<f64, DurationError> {
    let mut total = 0.0;
    let mut units = units.iter();
    while !text.is_empty() {
        let end = text.find(|c: char| c.is_ascii_alphabetic()).ok_or(DurationError::Iso)?;
        let (number, rest) = text.split_at(end);
        let designator = rest.chars().next().ok_or(DurationError::Iso)?;
        let (_, scale) = units.find(|(unit, _)| *unit == designator).ok_or(DurationError::Iso)?;
        let number = number.replace(',', ".");
        if number.is_empty() || number.contains('+') {
            return Err(DurationError::Iso);
        }
        total += scale * number.parse::<f64>().map_err(|_| DurationError::Iso)?;
        text = &rest[designator.len_utf8()..];
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn all_three_forms_are_read() {
        for (value, millis) in [
            (json!("30s"), 30_000),
            (json!("2 seconds"), 2_000),
            (json!(" 1.5h "), 5_400_000),
            (json!("100ms"), 100),
            (json!("1 MIN"), 60_000),
            (json!("0s"), 0),
            (json!("1d"), 86_400_000),
            (json!("PT1M"), 60_000),
            (json!("P2DT6H"), 194_400_000),
            (json!("PT0.25S"), 250),
            (json!("PT1,5S"), 1_500),
            (json!("PT0S"), 0),
            (json!("P1W"), 604_800_000),
            (json!({"minutes": 1}), 60_000),
            (json!({"hours": 1, "minutes": 0.5}), 3_630_000),
            (json!({"milliseconds": 5}), 5),
        ] {
            assert_eq!(parse_duration(&value), Ok(Duration::from_millis(millis)), "{value}");
        }
    }

    #[test]
    fn what_is_not_a_duration_is_refused() {
        for (value, error) in [
            (json!("30"), DurationError::PlainNumber),
            (json!(30), DurationError::PlainNumber),
            (json!("soon"), DurationError::Text),
            (json!(""), DurationError::Text),
            (json!("1 fortnight"), DurationError::Text),
            (json!("-5s"), DurationError::Negative),
            (json!("-PT5S"), DurationError::Negative),
            (json!({"minutes": -1}), DurationError::Negative),
            (json!("P"), DurationError::Iso),
            (json!("PT"), DurationError::Iso),
            (json!("P1H"), DurationError::Iso),
            (json!("PT1M1H"), DurationError::Iso),
            (json!("PT1"), DurationError::Iso),
            (json!("Pé1D"), DurationError::Iso),
            (json!("9".repeat(50) + "y"), DurationError::TooLong),
            (json!({}), DurationError::NoUnit),
            (json!({"minute": 1}), DurationError::UnknownUnit { name: "minute".into() }),
            (json!({"minutes": "1"}), DurationError::UnitNotNumber("minutes".into())),
            (json!(true), DurationError::Type),
        ] {
            assert_eq!(parse_duration(&value), Err(error), "{value}");
        }
    }
}
