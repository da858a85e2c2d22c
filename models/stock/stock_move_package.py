"""Packages that JD does not move whole."""

from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _jd_open_broken_packages(self):
        """Move the goods without their package where they are not all it holds.

        Core refuses to close a transfer that leaves a package in two places.
        """
        lines = self.move_line_ids.filtered("result_package_id")
        broken = lines.browse()
        for package, inside in lines.grouped("result_package_id").items():
            if not inside._jd_moves_whole(package, lines):
                broken |= inside
        if broken:
            broken.write({"result_package_id": False, "is_entire_pack": False})
        (lines - broken).result_package_id._jd_leave_broken_containers()


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _jd_moves_whole(self, package, lines):
        """Tell whether a package is in one place after these lines have moved into it.

        :param lines: All lines that move with a package.
        """
        place = self.location_dest_id
        staying = package.contained_quant_ids.filtered(
            lambda quant: quant.quantity > 0 and quant.location_id != place
        )
        if len(place) > 1 or len(self.picking_id) > 1:
            return False
        if not staying:
            return True
        packages = package | package.all_children_package_ids
        moved = lines.filtered(
            lambda line: line.package_id in packages and line.product_id.is_storable
        )
        return bool(moved) and package._check_move_lines_map_quant(moved)


class StockPackage(models.Model):
    _inherit = "stock.package"

    def _jd_leave_broken_containers(self):
        """Take packages out of a container that is not moved with all it holds."""
        for container, inside in self.grouped("package_dest_id").items():
            if container.child_package_ids - inside:
                inside.package_dest_id = False
                container.package_dest_id = False
            elif container:
                container._jd_leave_broken_containers()
