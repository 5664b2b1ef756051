import Reactor
import Simulation
import Testing

@Suite struct WatermarkTests {
    @Test func waitersAreResumedWhenTheirOffsetIsReached() throws {
        try onBothKernels { stage in
            let watermark = Shared(Watermark(10))
            let reached = Shared<[Int64]>([])
            let tasks = Tasks(stage.core)
            for offset in [13, 11, 15, 12, 14, 9] as [Int64] {
                tasks.start {
                    #expect(await watermark.value.reaches(offset))
                    reached.value.append(offset)
                }
            }
            await stage.core.sleep(milliseconds: 1)
            #expect(reached.value == [9])
            watermark.value.advance(to: 12)
            watermark.value.advance(to: 5)
            await stage.core.sleep(milliseconds: 1)
            #expect(reached.value == [9, 11, 12])
            watermark.value.advance(to: 15)
            await tasks.finish()
            #expect(reached.value == [9, 11, 12, 13, 14, 15])
        }
    }

    @Test func closingTellsAllThatItWontBeReached() throws {
        try onBothKernels { stage in
            let watermark = Shared(Watermark(0))
            let tasks = Tasks(stage.core)
            tasks.start { #expect(await !watermark.value.reaches(1)) }
            await stage.core.sleep(milliseconds: 1)
            watermark.value.close()
            await tasks.finish()
            #expect(await !watermark.value.reaches(1))
            #expect(await watermark.value.reaches(0))
        }
    }

    @Test func retreatTellsOnlyThoseBeyondIt() throws {
        try onBothKernels { stage in
            let watermark = Shared(Watermark(50))
            let answers = Shared<[String]>([])
            let tasks = Tasks(stage.core)
            for offset in [60, 90] as [Int64] {
                tasks.start {
                    let reached = await watermark.value.reaches(offset)
                    answers.value.append("\(offset) \(reached)")
                }
            }
            await stage.core.sleep(milliseconds: 1)
            watermark.value.retreat(to: 80)
            await stage.core.sleep(milliseconds: 1)
            #expect(watermark.value.value == 50)
            #expect(answers.value == ["90 false"])
            watermark.value.retreat(to: 20)
            await tasks.finish()
            #expect(watermark.value.value == 20)
            #expect(answers.value == ["90 false", "60 false"])
        }
    }
}

@Suite struct GateTests {
    @Test func closingWaitsForThoseInsideAndRefusesOthers() throws {
        try onBothKernels { stage in
            let gate = Shared(Gate())
            #expect(gate.value.enter())
            #expect(gate.value.enter())
            let closed = Shared(0)
            let tasks = Tasks(stage.core)
            for _ in 0..<2 {
                tasks.start {
                    await gate.value.close()
                    closed.value += 1
                }
            }
            await stage.core.sleep(milliseconds: 1)
            #expect(!gate.value.enter() && !gate.value.isOpen)
            gate.value.leave()
            await stage.core.sleep(milliseconds: 1)
            #expect(closed.value == 0)
            gate.value.leave()
            await tasks.finish()
            #expect(closed.value == 2)
        }
    }

    @Test func closingAnEmptyGateComesBackAtOnce() async {
        let gate = Gate()
        await gate.close()
        #expect(!gate.enter())
    }
}

@Suite struct BudgetTests {
    @Test func noMoreIsOutThanThereIs() throws {
        try onBothKernels { stage in
            let budget = Shared(Budget(bytes: 100))
            let out = Shared(0)
            let most = Shared(0)
            let tasks = Tasks(stage.core)
            for number in 1..<60 {
                tasks.start {
                    let taken = await budget.value.take(number * 3)
                    #expect(taken == min(number * 3, 100))
                    out.value += taken
                    most.value = max(most.value, out.value)
                    await stage.core.sleep(milliseconds: Int64(number % 4))
                    out.value -= taken
                    budget.value.give(taken)
                }
            }
            await tasks.finish()
            #expect(most.value <= 100 && most.value > 50)
        }
    }

    @Test func aLargeTakerIsNotOvertaken() throws {
        try onBothKernels { stage in
            let budget = Shared(Budget(bytes: 10))
            let order = Shared<[Int]>([])
            let first = await budget.value.take(5)
            let tasks = Tasks(stage.core)
            for bytes in [8, 1, 2] {
                tasks.start {
                    let taken = await budget.value.take(bytes)
                    order.value.append(bytes)
                    budget.value.give(taken)
                }
            }
            await stage.core.sleep(milliseconds: 1)
            #expect(order.value.isEmpty)
            budget.value.give(first)
            await tasks.finish()
            #expect(order.value == [8, 1, 2])
        }
    }

    @Test func nobodyWaitsForALiftedBudget() throws {
        try onBothKernels { stage in
            let budget = Shared(Budget(bytes: 10))
            _ = await budget.value.take(10)
            let tasks = Tasks(stage.core)
            for _ in 0..<3 { tasks.start { #expect(await budget.value.take(7) == 7) } }
            await stage.core.sleep(milliseconds: 1)
            budget.value.lift()
            await tasks.finish()
            #expect(await budget.value.take(11) == 10)
        }
    }
}
