"""The task's path before the engine got its wings: jobs that an older version put in line name it.

The queue's rows and a worker of the older version that is still at work look it up here. It may go once no
installation can be updated from a version that dispatched by this path.
"""

from tenantpilot.operations.workers.tasks import execute_run as execute_run
