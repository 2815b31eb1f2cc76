"""The ops that update variables with gradients: dense and sparse, of ref and resource variables."""

from cases import N, P, ResVar, V, Var, bad, row

TOLERANCE = 1e-5

ADAM = "beta1_power=0.9, beta2_power=0.99, lr=0.1, beta1=0.9, beta2=0.99, epsilon=0.01"

# name, slots, scalars in front of and behind the gradient (by name, with values).
RULES = [
    ("GradientDescent", "", "alpha=0.1", "delta"),
    ("Momentum", "accum", "lr=0.1, momentum=0.9", "grad"),
    ("Momentum", "accum", "lr=0.1, momentum=0.9, use_nesterov=True", "grad"),
    ("KerasMomentum", "accum", "lr=0.1, momentum=0.9", "grad"),
    ("KerasMomentum", "accum", "lr=0.1, momentum=0.9, use_nesterov=True", "grad"),
    ("Adagrad", "accum", "lr=0.1", "grad"),
    ("Adagrad", "accum", "lr=0.1, update_slots=False", "grad"),
    ("AdagradV2", "accum", "lr=0.1, epsilon=0.01", "grad"),
    ("AdagradDA", "gradient_accumulator gradient_squared_accumulator",
     "lr=0.1, l1=0.1, l2=0.2, global_step=3", "grad"),
    ("Adadelta", "accum accum_update", "lr=0.1, rho=0.95, epsilon=0.01", "grad"),
    ("RMSProp", "ms mom", "lr=0.1, rho=0.9, momentum=0.5, epsilon=0.01", "grad"),
    ("CenteredRMSProp", "mg ms mom", "lr=0.1, rho=0.9, momentum=0.5, epsilon=3.0", "grad"),
    ("Ftrl", "accum linear", "lr=0.1, l1=0.1, l2=0.2, lr_power=-0.5", "grad"),
    ("Ftrl", "accum linear", "lr=0.1, l1=0.0, l2=0.0, lr_power=-0.7", "grad"),
    ("FtrlV2", "accum linear", "lr=0.1, l1=0.1, l2=0.2, l2_shrinkage=0.1, lr_power=-0.5", "grad"),
    ("ProximalGradientDescent", "", "alpha=0.1, l1=0.2, l2=0.3", "delta"),
    ("ProximalAdagrad", "accum", "lr=0.1, l1=0.2, l2=0.3", "grad"),
    ("Adam", "m v", ADAM, "grad"),
    ("Adam", "m v", ADAM + ", use_nesterov=True", "grad"),
    ("AdamWithAmsgrad", "m v vhat", ADAM, "grad"),
    ("AdaMax", "m v", "beta1_power=0.9, lr=0.1, beta1=0.9, beta2=0.99, epsilon=0.01", "grad"),
    ("AddSign", "m", "lr=0.1, alpha=1.0, sign_decay=0.9, beta=0.9", "grad"),
    ("PowerSign", "m", "lr=0.1, logbase=1.0, sign_decay=0.9, beta=0.9", "grad"),
]

DENSE_ONLY = {"GradientDescent", "Adam", "AdamWithAmsgrad", "AdaMax", "AddSign", "PowerSign"}
RESOURCE_ONLY = {"KerasMomentum", "AdamWithAmsgrad"}


def update(rule, resource, sparse):
    """The row of an op: the variable is ``a``, slots ``b``, ``c``, ``d``, the gradient ``x``."""
    name, slots, scalars, grad = rule
    suffix = ".handle" if resource else ""
    names = dict(zip(slots.split(), "bcd"))
    variable = ResVar if resource else Var
    inputs = {letter: variable(P(4, 2)) for letter in ["a", *names.values()]}
    inputs["x"] = N(3, 2) if sparse else N(4, 2)
    arguments = [f"var=a{suffix}"] + [f"{slot}={letter}{suffix}" for slot, letter in names.items()]
    arguments += [f"{'grad' if sparse else grad}=x", scalars]
    if sparse:
        inputs["i"] = V([3, 0, 3], "int32")
        arguments.append("indices=i")
    call = "raw.{}{}Apply{}({})".format("Resource" if resource else "", "Sparse" if sparse else "",
                                        name,
                                        ", ".join(arguments))
    # Nothing tells a resource op its dtype before the scalars do: these are float32.
    return row(call, "float32" if resource else "float32 float64", shapes="known unknown",
               grads=False, **inputs)


ROWS = [
    [update(rule, resource, sparse) for rule in RULES for resource in (False, True)
     for sparse in (False, True)
     if not (sparse and rule[0] in DENSE_ONLY) and (resource or rule[0] not in RESOURCE_ONLY)],
    bad("raw.ApplyGradientDescent(var=a, alpha=0.1, delta=x)", a=Var(N(2)), x=N(3)),
    bad("raw.ResourceApplyGradientDescent(var=a.handle, alpha=0.1, delta=x)", a=ResVar(N(2)),
        x=N(3)),
    bad("raw.ApplyGradientDescent(var=a, alpha=[0.1], delta=x)", a=Var(N(2)), x=N(2)),
    bad("raw.ApplyAdagrad(var=a, accum=b, lr=0.1, grad=x)", a=Var(N(2)), b=Var(N(3)), x=N(2)),
    bad("raw.SparseApplyAdagrad(var=a, accum=b, lr=0.1, grad=x, indices=[5])", a=Var(N(2, 2)),
        b=Var(P(2, 2)), x=N(1, 2)),
]
