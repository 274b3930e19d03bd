/**
 * @file
 * The local APIC's timer, which takes the CPU back from a program.
 *
 * Its interrupt is the only one that can come, and only where interrupts are
 * on: in user mode, and where the kernel has asked for it by interrupts.h.
 * The old interrupt controller is silenced, and the local APIC holds back
 * what is less urgent.
 *
 * Source: Intel SDM volume 3, "Advanced Programmable Interrupt Controller
 * (APIC)".
 */
#ifndef TIMER_H
#define TIMER_H

#define TIMER_VECTOR    0xf0 /**< Of the highest class, which none else has. */
#define SPURIOUS_VECTOR 0xff /**< Where one goes that has taken itself back. */

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

/** The CPU has one, and it is switched on. */
bool timer_there(void);

/**
 * One interrupt to TIMER_VECTOR, as soon as interrupts are on and the timer
 * has counted down.
 *
 * @param counts  of the timer's clock: 1 GHz in QEMU, an instruction each
 *                where those are counted, 24 MHz and more in machines
 */
void timer_start(uint32_t counts);

/** No interrupt any more, but one that is on its way already. */
void timer_stop(void);

/** The interrupt has arrived; now there can be another one. */
void timer_done(void);

#endif
#endif
