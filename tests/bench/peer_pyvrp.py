# SPDX-License-Identifier: Apache-2.0
"""peer_pyvrp.py PROBLEM.json SOLUTION.json SECONDS SEED: PyVRP on a problem in VROOM's JSON.

Only for "make bench", where PyVRP is installed; versions before and after 0.13 will do. Jobs with
one window, one delivery dimension, skills; vehicles with one home, shift and capacity; costs are
seconds of travel. A vehicle that lacks a job's skill gets a matrix in which the job is far away.
"""
import json
import sys

import numpy
import pyvrp
from pyvrp.stop import MaxRuntime

FAR = 10 ** 6
EVER = 2 ** 40
OLD = not hasattr(pyvrp, "Location")


def build(p):
    full = numpy.array(p["matrices"]["car"]["durations"], dtype=numpy.int64)
    homes = sorted({v["start_index"] for v in p["vehicles"]})
    rows = homes + [j["location_index"] for j in p["jobs"]]
    base = full[numpy.ix_(rows, rows)].copy()
    numpy.fill_diagonal(base, 0)
    dims = max([len(j.get("delivery", [])) for j in p["jobs"]] + [0])
    clients = []
    for n, j in enumerate(p["jobs"]):
        start, end = j.get("time_windows", [[0, EVER]])[0]
        place = (0, 0) if OLD else (len(homes) + n,)
        clients.append(pyvrp.Client(*place, delivery=j.get("delivery", [0] * dims),
                                    service_duration=j.get("service", 0), tw_early=start, tw_late=end))
    matrices, profiles, types = [], {}, {}
    for v in p["vehicles"]:
        has = set(v.get("skills", []))
        bad = tuple(len(homes) + n for n, j in enumerate(p["jobs"]) if not set(j.get("skills", [])) <= has)
        if bad not in profiles:
            profiles[bad] = len(matrices)
            m = base.copy()
            m[list(bad), :] = FAR
            m[:, list(bad)] = FAR
            numpy.fill_diagonal(m, 0)
            matrices.append(m)
        key = (profiles[bad], homes.index(v["start_index"]), tuple(v.get("time_window", (0, EVER))),
               tuple(v.get("capacity", [])))
        types.setdefault(key, []).append(v["id"])
    vehicles = [pyvrp.VehicleType(len(ids), list(cap) or [EVER] * dims, home, home, tw_early=shift[0],
                                  tw_late=shift[1], profile=profile)
                for (profile, home, shift, cap), ids in types.items()]
    if OLD:
        data = pyvrp.ProblemData(clients, [pyvrp.Depot(0, 0) for _ in homes], vehicles, matrices, matrices)
    else:
        data = pyvrp.ProblemData([pyvrp.Location(0, 0) for _ in rows], clients,
                                 [pyvrp.Depot(n) for n in range(len(homes))], vehicles, matrices, matrices)
    return data, base, len(homes), list(types.values())


def visits(route, homes):
    if OLD:
        return [v - homes for v in route.visits()]
    return [a.idx for a in route.schedule() if a.is_client()]


def main():
    problem, out, seconds, seed = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
    p = json.load(open(problem))
    data, base, homes, ids = build(p)
    result = pyvrp.solve(data, stop=MaxRuntime(seconds), seed=seed, display=False)
    best, routes, total = result.best, [], 0
    for r in best.routes():
        kind = data.vehicle_type(r.vehicle_type())
        at, now, steps = kind.start_depot, r.start_time(), []
        for n in visits(r, homes):
            job = p["jobs"][n]
            leg = int(base[at, homes + n])
            now, total, at = now + leg, total + leg, homes + n
            wait = max(0, job.get("time_windows", [[0, EVER]])[0][0] - now)
            steps.append({"type": "job", "id": job["id"], "arrival": now, "waiting_time": wait})
            now += wait + job.get("service", 0)
        total += int(base[at, kind.end_depot])
        routes.append({"vehicle": ids[r.vehicle_type()].pop(0), "steps": steps})
    left = len(p["jobs"]) - sum(len(r["steps"]) for r in routes)
    json.dump({"code": 0 if result.is_feasible() else 1, "routes": routes,
               "summary": {"cost": total, "unassigned": left if result.is_feasible() else len(p["jobs"])}},
              open(out, "w"))


main()
