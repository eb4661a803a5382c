//! Bodies that attract each other: all pairs, leapfrog. Each node moves its share of the bodies, and reads the
//! positions of all.
//!
//! There are two views, which change places in each step: a step reads one and writes the other. So one barrier
//! for each step is enough: nobody is more than one barrier ahead, and what is written now was last read before
//! the last barrier.

use std::ops::Range;

use clap::Args;

use crate::common::{self, Job, Outcome, Result};

#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// How many bodies
    #[arg(long, default_value_t = 2000, value_parser = common::number(1..=1 << 24))]
    bodies: usize,
    /// How many steps
    #[arg(long, default_value_t = 10)]
    steps: u32,
}

/// Where a body is, and its mass.
type Body = [f64; 4];
type Vector = [f64; 3];

/// The time that a step takes the bodies.
const STEP: f64 = 1.0 / 1024.0;
/// The square of the distance at which attraction stops to grow, so that bodies can pass through each other.
const SOFT: f64 = 1.0 / 1024.0;

pub(crate) fn run(job: &Job<'_>, options: &Options) -> Result<Outcome> {
    let mut now = job.view::<Body>("even steps", options.bodies)?;
    let mut next = job.view::<Body>("odd steps", options.bodies)?;
    let mine = job.share(options.bodies);
    for (body, at) in now.write(mine.clone())?.iter_mut().zip(mine.clone()) {
        *body = at_start(at, options.bodies);
    }
    now.barrier()?;

    let ((), time) = job.timed(|| {
        let mut speeds = vec![[0.0; 3]; mine.len()];
        for step in 0..options.steps {
            let bodies = now.read(..)?;
            advance(step, &bodies, mine.clone(), &mut speeds, &mut next.write(mine.clone())?);
            next.barrier()?;
            std::mem::swap(&mut now, &mut next);
        }
        Ok(())
    })?;

    let numbers = size_of::<Body>() / size_of::<f64>();
    let part = now.read(mine.clone())?;
    let part = bytemuck::cast_slice(&part);
    let checksum = job.checksum(common::checksum(mine.start * numbers, part))?;
    if job.verifies() {
        common::same(&now.read(..)?, &alone(options))?;
    }
    let Options { bodies, steps } = options;
    Ok(Outcome { what: format!("nbody of {bodies} bodies, {steps} steps"), time, checksum })
}

/// The same in memory of this process.
fn alone(options: &Options) -> Vec<Body> {
    let all = 0..options.bodies;
    let mut now: Vec<Body> = all.clone().map(|at| at_start(at, options.bodies)).collect();
    let mut next = now.clone();
    let mut speeds = vec![[0.0; 3]; options.bodies];
    for step in 0..options.steps {
        advance(step, &now, all.clone(), &mut speeds, &mut next);
        std::mem::swap(&mut now, &mut next);
    }
    now
}

/// Body number `at` of so many: somewhere in a cube, at rest.
fn at_start(at: usize, bodies: usize) -> Body {
    let coordinate = |axis| common::unit(3 * at as u64 + axis);
    [coordinate(0), coordinate(1), coordinate(2), 1.0 / bodies as f64]
}

/// Moves some of the bodies by a step. Their speeds are those half a step before, except for step 0, which starts
/// with those of its own time.
fn advance(
    step: u32,
    bodies: &[Body],
    mine: Range<usize>,
    speeds: &mut [Vector],
    next: &mut [Body],
) {
    let kick = if step == 0 { STEP / 2.0 } else { STEP };
    for ((body, speed), next) in bodies[mine].iter().zip(speeds).zip(next) {
        let pull = acceleration(body, bodies);
        *next = *body;
        for axis in 0..3 {
            speed[axis] += pull[axis] * kick;
            next[axis] += speed[axis] * STEP;
        }
    }
}

/// How all bodies pull at one. It pulls at itself with no force, as it has no distance.
fn acceleration(body: &Body, bodies: &[Body]) -> Vector {
    let mut sum = [0.0; 3];
    for other in bodies {
        let [x, y, z] = [other[0] - body[0], other[1] - body[1], other[2] - body[2]];
        let square = x * x + y * y + z * z + SOFT;
        let strength = other[3] / (square * square.sqrt());
        sum[0] += strength * x;
        sum[1] += strength * y;
        sum[2] += strength * z;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_bodies_meet_in_the_middle() {
        let mut now = [[-0.5, 0.0, 0.0, 0.5], [0.5, 0.0, 0.0, 0.5]];
        let mut next = now;
        let mut speeds = [[0.0; 3]; 2];
        for step in 0..500 {
            advance(step, &now, 0..2, &mut speeds, &mut next);
            std::mem::swap(&mut now, &mut next);
        }
        assert_eq!(now[0][0], -now[1][0]);
        assert!(-0.5 < now[0][0] && now[0][0] < -0.3, "{now:?}");
        assert_eq!((now[0][1], now[0][2], speeds[0][0]), (0.0, 0.0, -speeds[1][0]));
    }

    #[test]
    fn energy_stays() {
        let options = Options { bodies: 20, steps: 1 };
        let mut now: Vec<Body> = (0..20).map(|at| at_start(at, options.bodies)).collect();
        let (mut next, mut speeds) = (now.clone(), vec![[0.0; 3]; 20]);
        let potential = |bodies: &[Body]| {
            let mut sum = 0.0;
            for (at, a) in bodies.iter().enumerate() {
                for b in &bodies[..at] {
                    let square: f64 = (0..3).map(|axis| (a[axis] - b[axis]).powi(2)).sum();
                    sum -= a[3] * b[3] / (square + SOFT).sqrt();
                }
            }
            sum
        };
        let before = potential(&now);
        for step in 0..300 {
            advance(step, &now, 0..20, &mut speeds, &mut next);
            std::mem::swap(&mut now, &mut next);
        }
        let square = |speed: &Vector| speed.iter().map(|v| v * v).sum::<f64>();
        let kinetic: f64 = speeds.iter().zip(&now).map(|(v, body)| body[3] * square(v) / 2.0).sum();
        assert!(kinetic > 0.01, "nothing has moved");
        // The speeds are half a step behind the positions.
        let now_and_before = (potential(&now) + potential(&next)) / 2.0;
        assert!((kinetic + now_and_before - before).abs() < 0.01 * kinetic, "{kinetic} {before}");
    }
}
